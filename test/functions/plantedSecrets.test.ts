import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decisionRecordSchema } from "../../src/records/decision/decisionSchema.ts";
import { csvFormat } from "../../src/records/export/csvFormat.ts";
import { ocsfFormat } from "../../src/records/export/ocsfFormat.ts";
import { eventually } from "../run/eventually.ts";
import { formsOf } from "../run/secrets/formsOf.ts";
import { patience } from "../run/speedFactor.ts";
import { OtlpReceiver } from "../telemetry/otlp/OtlpReceiver.ts";
import { ADDRESS_KEY, PLANTED, PLANTED_CALLS, PLANTED_ENV } from "./plantedCalls.ts";
import { type PlantedRuntime, plantedRuntimes, type Written } from "./plantedRuntimes.ts";

const hashOf = (address: string): string =>
  `hmac-sha256:${createHmac("sha256", ADDRESS_KEY).update(address).digest("hex")}`;

/** What was planted and is in a text, in any form. */
function foundIn(written: Written): string[] {
  return Object.entries(written).flatMap(([where, text]) => {
    const lower = text.toLowerCase();
    return Object.entries(PLANTED).flatMap(([what, value]) =>
      formsOf(value).some((form) => lower.includes(form.toLowerCase())) ? [`${what} in ${where}`] : [],
    );
  });
}

/** The records of a store, in the formats of an export. */
function exported(written: Written): Written {
  const records = Object.values(written)
    .flatMap((text) => text.split("\n"))
    .filter((line) => line.includes('"seq":') && line.includes('"decision":'))
    .map((line) => decisionRecordSchema.parse(JSON.parse(line)));
  return {
    csv: records.map((record) => csvFormat.line(record)).join(""),
    ocsf: records.map((record) => ocsfFormat.line(record)).join(""),
  };
}

it("foundIn finds what was planted, in each of its forms", () => {
  const texts = Object.values(PLANTED).flatMap((value) => formsOf(value));
  expect(texts.map((text) => foundIn({ log: `"${text}"` }).length)).toEqual(texts.map(() => 1));
});

describe.each(plantedRuntimes)("a gate on %s", (_, start) => {
  let receiver: OtlpReceiver;
  let runtime: PlantedRuntime;
  let answers = "";
  const statuses = new Set<number>();
  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    runtime = await start({
      ...PLANTED_ENV,
      POSTERN_VERDICT_LINES: "1",
      POSTERN_VERDICT_USER: "name",
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_TRACES_SAMPLER_ARG: "1",
    });
    for (const call of PLANTED_CALLS) {
      const { status, headers, text } = await runtime.call(call);
      statuses.add(status);
      answers += `${JSON.stringify([...headers])} ${text}\n`;
    }
  }, patience(240_000));
  afterAll(async () => {
    await runtime?.stop();
    await receiver?.stop();
  });

  it("writes no planted secret to its log, answers, traces, metrics, records and their exports", async () => {
    const line = (text: string): string | undefined => runtime.lines.find((it) => it.includes(text));
    await eventually("a record of the profile latency", () => line('"message":"decision"'), patience(10_000));
    await eventually(
      "the traces",
      () => (receiver.spans.filter(({ kind }) => kind === 2).length >= 30 ? true : undefined),
      patience(10_000),
    );
    const written: Written = {
      log: runtime.lines.join("\n"),
      telemetry: receiver.bodies.join("\n"),
      answers,
      ...(await runtime.written()),
    };
    const exports = exported(written);
    // What is scanned is really there.
    for (const status of [200, 400, 404, 405, 415, 422, 503]) expect(statuses).toContain(status);
    expect(line('"message":"verdict"')).toBeDefined();
    expect(line('"message":"a policy failed"')).toBeDefined();
    expect(line('"message":"decision"')).toContain("[redacted]");
    expect(written.telemetry).toContain("policy throws");
    if (runtime.hasStore) for (const text of Object.values(exports)) expect(text).toContain("shop");
    expect(foundIn({ ...written, ...exports })).toEqual([]);
  });

  it("names the client of a refused call and of a sampled span by its HMAC, and the path by its route", async () => {
    const [refused] = await eventually("a refused call", () => {
      const found = runtime.lines.filter((it) => it.includes('"message":"a call was turned away"'));
      return found.length > 0 ? found : undefined;
    });
    const line = JSON.parse(refused ?? "");
    expect(line).toMatchObject({
      code: "cluster-lookup-failed",
      cluster: "(unknown)",
      path: "/c/{cluster}/validate",
      forwarded_for: `${hashOf("203.0.113.77")}, ${hashOf("198.51.100.9")}`,
    });
    expect(line.client_address).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
    // Spans are exported after the answers.
    const spanOf = (cluster: string) =>
      eventually(`a span of ${cluster}`, () =>
        receiver.spans.find(({ attributes }) => attributes["k8s.cluster.name"] === cluster),
      );
    expect((await spanOf("staging")).attributes["client.address"]).toBe(line.client_address);
    await spanOf("(unknown)");
  });
});
