import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { defineGate } from "../../../../src/gate/config/defineGate.ts";
import { createLambda } from "../../../../src/hosts/createLambda.ts";
import type { LambdaAnswer } from "../../../../src/hosts/lambdaAnswer.ts";
import { denyLabels } from "../../../../src/policies/labels/denyLabels.ts";
import { awsRecorder } from "../../../../src/records/stores/aws/awsRecorder.ts";
import type { Log, LogProperties } from "../../../../src/telemetry/Log.ts";
import { motoBinary } from "../../../announcement/providers/MotoServer.ts";
import { readReview } from "../../../fixtures/readReview.ts";
import { patience } from "../../../run/speedFactor.ts";
import { AwsStoresForTest, BUCKET, decisionFor, TABLE } from "./awsStores.ts";
import { chainReport } from "./chainReport.ts";

const binary = motoBinary();

/** A log with its lines. */
function testLog(): { readonly log: Log; readonly lines: [string, LogProperties | undefined][] } {
  const lines: [string, LogProperties | undefined][] = [];
  const add = (message: string, properties?: LogProperties): void => void lines.push([message, properties]);
  return { log: { debug: add, info: add, warn: add, error: add }, lines };
}

describe("awsRecorder without stores", () => {
  it("has no compliance", () => {
    expect(awsRecorder({}, testLog()).now).toBeUndefined();
  });

  it("has written the lines of all decisions once it is settled", async () => {
    const { log, lines } = testLog();
    const recorder = awsRecorder({}, { log });
    await recorder.settled();
    const decisions = ["u0", "u1"].map((uid) => decisionFor("c", uid));
    const opened: (() => void)[] = [];
    for (const decision of decisions)
      recorder.later(() => new Promise((resolve) => opened.push(() => resolve(decision))), 100);
    let isSettled = false;
    const settled = recorder.settled().then(() => {
      isSettled = true;
    });
    for (const [index] of decisions.entries()) {
      await vi.waitFor(() => expect(opened.length).toBe(index + 1));
      expect(isSettled).toBe(false);
      opened[index]?.();
    }
    await settled;
    expect(lines).toEqual(decisions.map((decision) => ["decision", { decision }]));
  });

  it("settles after a decision that cannot be made, and counts it", async () => {
    const { log, lines } = testLog();
    let dropped = 0;
    const recorder = awsRecorder({}, { log, onDropped: () => (dropped += 1) });
    recorder.later(() => Promise.reject(new TypeError("x")), 100);
    recorder.later(async () => decisionFor("c", "u"), 100);
    await recorder.settled();
    expect([dropped, lines.map(([message]) => message)]).toEqual([1, ["a decision record was dropped", "decision"]]);
  });
});

describe.skipIf(binary === undefined)("a gate on Lambda that records (moto; skipped without it)", () => {
  let stores: AwsStoresForTest;
  beforeAll(async () => {
    stores = await AwsStoresForTest.start(binary ?? "");
  }, patience(120_000));
  afterEach(() => {
    stores.proxy.fault = () => undefined;
  });
  afterAll(() => stores?.stop());

  function recordsEnv(): Record<string, string> {
    return {
      ...stores.env,
      POSTERN_RECORDS_TABLE: TABLE,
      POSTERN_RECORDS_BUCKET: BUCKET,
      POSTERN_RECORDS_KEY: JSON.stringify(stores.jwk),
      POSTERN_RECORDS_KEEP_DAYS: "1",
    };
  }

  const gate = defineGate({
    policies: [denyLabels()],
    clusters: {
      strict: { identity: "none", records: { profile: "compliance" } },
      other: { identity: "none", records: { profile: "compliance" } },
      fast: { identity: "none", records: { profile: "latency", sample: 0 } },
    },
  });

  const call = (handler: ReturnType<typeof createLambda>, cluster: string): Promise<LambdaAnswer> =>
    handler({
      version: "2.0",
      rawPath: `/c/${cluster}/validate`,
      rawQueryString: "timeout=10s",
      headers: { "content-type": "application/json", host: "gate.example.com" },
      requestContext: { apiId: "abc", domainName: "gate.example.com", stage: "$default", http: { method: "POST" } },
      body: readReview("validate-v1-create-pods-2"),
      isBase64Encoded: false,
    });

  /** The lines on standard output from now on. */
  function output(): string[] {
    const lines: string[] = [];
    vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
    return lines;
  }

  it("answers after the record is in both stores, with its receipt", async () => {
    output();
    const handler = createLambda(gate, recordsEnv());
    const answers = [await call(handler, "strict"), await call(handler, "strict")];
    const receipts = answers.map(({ statusCode, body = "" }) => {
      expect(statusCode).toBe(200);
      const { response } = JSON.parse(body);
      expect(response.allowed).toBe(false);
      return response.auditAnnotations.receipt;
    });
    // A repeated call has the record of the first.
    expect(receipts[0]).toBe(receipts[1]);
    expect(await chainReport(stores, "strict", new Map([[0, receipts[0]]]))).toMatchObject({ records: 1, receipts: 1 });
  });

  it("answers 503 with Retry-After while a store fails, and recovers by itself", async () => {
    const lines = output();
    const handler = createLambda(gate, recordsEnv());
    for (const part of ["S3 PUT", "DynamoDB"]) {
      stores.proxy.fault = ({ name }) => (name.startsWith(part) ? { status: 500 } : undefined);
      const { statusCode, headers } = await call(handler, "other");
      expect([statusCode, Number(headers?.["retry-after"]) > 0]).toEqual([503, true]);
    }
    stores.proxy.fault = () => undefined;
    expect((await call(handler, "other")).statusCode).toBe(200);
    expect(await chainReport(stores, "other")).toMatchObject({ records: 1, findings: [] });
    expect(lines.join("")).not.toContain(stores.jwk.d);
  });

  it("has written the line of a decision of the profile latency when the handler returns", async () => {
    const lines = output();
    const handler = createLambda(gate, recordsEnv());
    const { statusCode } = await call(handler, "fast");
    const decisions = lines.map((line) => JSON.parse(line)).filter(({ message }) => message === "decision");
    expect([statusCode, decisions.length]).toEqual([200, 1]);
    expect(decisions[0].decision).toMatchObject({ cluster: "fast", verdict: { allowed: false } });
  });

  it("does not start without stores for a cluster that needs them, nor with settings that are not whole", () => {
    expect(() => createLambda(gate, {})).toThrow(expect.objectContaining({ name: "GateConfigError" }));
    const { POSTERN_RECORDS_BUCKET: _, ...env } = recordsEnv();
    expect(() => createLambda(gate, env)).toThrow(/also need POSTERN_RECORDS_BUCKET/);
  });
});
