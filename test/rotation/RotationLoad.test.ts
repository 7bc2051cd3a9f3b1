import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../src/tls/startServer.ts";
import { type CertificateSeries, makeSeries, type SerialPair } from "./CertificateSeries.ts";
import type { LoadReport } from "./LoadMessage.ts";
import { HOST, PATH } from "./PosternServer.ts";
import { RotationLoad } from "./RotationLoad.ts";

let series: CertificateSeries;
let load: RotationLoad;
let server: RunningServer;
/** What the server's answers say beside the review's uid. */
let verdict: (uid: string, hasLabel: boolean) => object;

beforeAll(async () => {
  series = await makeSeries(3, HOST);
});
beforeEach(async () => {
  verdict = (uid, hasLabel) => ({ uid, allowed: !hasLabel });
  server = await startServer({ fetch: answer, port: 0, hostname: "127.0.0.1", tls: pair(0) });
  load = await RotationLoad.start();
});
afterEach(async () => {
  await load.kill();
  await server.stop({ graceMs: 0 });
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

async function begin(isStrict = true): Promise<void> {
  await load.place(0, pair(0).serial);
  load.send({
    ...{ port: server.port, host: HOST, root: series.root, path: PATH, newEvery: 20, keptEvery: 20, isStrict },
  });
  await pause(500);
}

const failed = ({ samples }: LoadReport, isNew: boolean): number =>
  samples.filter((it) => it.isNew === isNew && !it.ok).length;
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

it("sees a certificate come into force, kept connections go, and no failure", async () => {
  await begin();
  await load.place(1, pair(1).serial);
  server.replaceCertificate(pair(1));
  server.retireConnections({ drainMs: 1_000, graceMs: 1_000, onDrained: () => {} });
  await load.seen(1);
  await load.drained(1);
  const report = await load.stop();
  expect(report.failures).toEqual([]);
  expect(report.failedHandshakes).toBe(0);
  expect(report.samples.filter(({ isNew }) => isNew).length).toBeGreaterThan(10);
  expect(report.samples.filter(({ isNew }) => !isNew).length).toBeGreaterThan(10);
});

it("counts handshakes with a certificate that nobody put in place", async () => {
  await begin();
  server.replaceCertificate(pair(2));
  await pause(300);
  const report = await load.stop();
  expect(report.failedHandshakes).toBeGreaterThan(0);
  expect(report.failures.join("\n")).toContain("is neither of the current certificate nor of the one before");
  expect([failed(report, true) > 0, failed(report, false)]).toEqual([true, 0]);
});

it("counts handshakes with the certificate before, once the new one was brought", async () => {
  await begin();
  await load.place(1, pair(1).serial);
  server.replaceCertificate(pair(1));
  await load.seen(1);
  server.replaceCertificate(pair(0));
  await pause(300);
  expect((await load.stop()).failedHandshakes).toBeGreaterThan(0);
});

it("counts requests of a server that is gone, on new connections and on kept ones", async () => {
  await begin();
  await server.stop({ graceMs: 0 });
  await pause(300);
  const report = await load.stop();
  expect(failed(report, true)).toBeGreaterThan(0);
  expect(failed(report, false)).toBeGreaterThan(0);
});

it.each<[string, typeof verdict, string]>([
  ["the wrong verdict", (uid, hasLabel) => ({ uid, allowed: hasLabel }), "allowed is"],
  ["another review's verdict", (_, hasLabel) => ({ uid: "other", allowed: !hasLabel }), "another review"],
])("counts %s", async (_, given, words) => {
  verdict = given;
  await begin();
  const report = await load.stop();
  expect(report.failures[0]).toContain(words);
  expect(report.samples.every(({ ok }) => !ok)).toBe(true);
});
