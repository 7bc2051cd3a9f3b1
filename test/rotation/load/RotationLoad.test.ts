import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../../src/tls/server/startServer.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import { type CertificateSeries, makeSeries, type SerialPair } from "../CertificateSeries.ts";
import { HOST, PATH } from "../PosternServer.ts";
import type { LoadReport } from "./LoadMessage.ts";
import { RotationLoad } from "./RotationLoad.ts";

/** Enough calls to use each offer more than twice. */
const SOME = 11;

let series: CertificateSeries;
let load: RotationLoad;
let server: RunningServer;
/** The response in answers of the server. */
let verdict: (uid: string, hasLabel: boolean) => object;

beforeAll(async () => {
  series = await makeSeries(3, HOST);
});
const ends: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  verdict = (uid, hasLabel) => ({ uid, allowed: !hasLabel });
  server = await startServer({ fetch: answer, port: 0, hostname: "127.0.0.1", tls: pair(0) });
  ends.push(() => server.stop({ graceMs: 0 }));
  load = await RotationLoad.start();
  ends.push(() => load.kill());
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function pair(index: number): SerialPair {
  const found = series.pairs[index];
  if (found === undefined) throw new Error(`there is no certificate ${index}`);
  return found;
}

async function answer(request: Request): Promise<Response> {
  const text = await request.text();
  const [, uid = ""] = /"uid": ?"([^"]+)"/.exec(text.slice(text.indexOf('"request"'))) ?? [];
  const version = text.includes("admission.k8s.io/v1beta1") ? "v1beta1" : "v1";
  return Response.json({
    apiVersion: `admission.k8s.io/${version}`,
    kind: "AdmissionReview",
    response: verdict(uid, text.includes('"bad-label"')),
  });
}

/** Resolves when calls on both kinds of connections have ended with the result `ok`. */
async function begin(ok = true): Promise<void> {
  await load.place(0, pair(0).serial);
  // Limits the load to what the machine can process, also when it has become slower.
  const beat = { newEveryMs: scaled(20), keptEveryMs: scaled(20), maxOpenCalls: 5 };
  load.send({ port: server.port, host: HOST, root: series.root, path: PATH, ...beat, isStrict: true });
  await Promise.all([true, false].map((isNew) => load.called({ isNew, ok }, SOME)));
}

const failed = ({ samples }: LoadReport, isNew: boolean): number =>
  samples.filter((it) => it.isNew === isNew && !it.ok).length;

it("RotationLoad reports a new certificate and drained connections, without a failure", async () => {
  await begin();
  await load.place(1, pair(1).serial);
  server.replaceCertificate(pair(1));
  // Each connection closes with its next answer. None is closed as idle, which could cross a call.
  server.retireConnections({ drainMs: patience(60_000), graceMs: patience(60_000), onDrained: () => {} });
  await load.seen(1);
  await load.drained(1);
  const report = await load.stop();
  expect(report.failures).toEqual([]);
  expect(report.failedHandshakes).toBe(0);
  for (const isNew of [true, false])
    expect(report.samples.filter((it) => it.isNew === isNew).length).toBeGreaterThanOrEqual(SOME);
});

it("RotationLoad counts handshakes with an unplaced certificate as failed, but not calls on kept connections", async () => {
  await begin();
  server.replaceCertificate(pair(2));
  await Promise.all([load.called({ isNew: true, ok: false }, SOME), load.called({ isNew: false, ok: true }, SOME)]);
  const report = await load.stop();
  expect(report.failedHandshakes).toBeGreaterThanOrEqual(SOME);
  // A call on a kept connection opens another one when all are busy.
  for (const failure of report.failures)
    expect(failure).toMatch(/: handshake .* is neither the current nor the previous certificate$/);
  expect(failed(report, true) + failed(report, false)).toBe(report.failedHandshakes);
});

it("RotationLoad counts handshakes with the previous certificate as failed after the new one was seen", async () => {
  await begin();
  await load.place(1, pair(1).serial);
  server.replaceCertificate(pair(1));
  await load.seen(1);
  server.replaceCertificate(pair(0));
  await load.called({ isNew: true, ok: false }, 1);
  expect((await load.stop()).failedHandshakes).toBeGreaterThan(0);
});

it("RotationLoad counts failed requests to a stopped server, on new and on kept connections", async () => {
  await begin();
  await server.stop({ graceMs: 0 });
  await Promise.all([true, false].map((isNew) => load.called({ isNew, ok: false }, 1)));
  const report = await load.stop();
  expect(failed(report, true)).toBeGreaterThan(0);
  expect(failed(report, false)).toBeGreaterThan(0);
});

it.each<[string, typeof verdict, string]>([
  ["a wrong verdict", (uid, hasLabel) => ({ uid, allowed: hasLabel }), "allowed is"],
  ["the verdict of another review", (_, hasLabel) => ({ uid: "other", allowed: !hasLabel }), "another review"],
])("RotationLoad counts %s as a failure", async (_, given, words) => {
  verdict = given;
  await begin(false);
  const report = await load.stop();
  expect(report.failures[0]).toContain(words);
  expect(report.samples.every(({ ok }) => !ok)).toBe(true);
});
