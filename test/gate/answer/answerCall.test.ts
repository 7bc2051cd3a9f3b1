import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answerCall } from "../../../src/gate/answer/answerCall.ts";
import { type Call, callOf } from "../../../src/gate/answer/Call.ts";
import { failedCall } from "../../../src/gate/answer/failedCall.ts";
import { defineGate, type GateDefinition } from "../../../src/gate/config/defineGate.ts";
import type { GateDependencies, LargeCall } from "../../../src/gate/GateDependencies.ts";
import { GateError, gateError } from "../../../src/gate/GateError.ts";
import type { GateLimits } from "../../../src/gate/GateLimits.ts";
import { GateRuntime } from "../../../src/gate/GateRuntime.ts";
import { parseCost } from "../../../src/gate/http/parseCost.ts";
import { readChunks } from "../../../src/gate/http/readChunks.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import type { GateCall } from "../../../src/protocol/gateUrl.ts";
import { readReview } from "../../fixtures/readReview.ts";
import { memoryLog } from "../gateCall.ts";

// Deadlines use these timers.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const REVIEW = readReview("validate-v1-create-pods-2");
const { uid: UID } = JSON.parse(REVIEW).request;
const CONVERSION = readReview("conversion-1");
const JSON_TYPE = { "content-type": "application/json" };
const never = (): Promise<never> => new Promise(() => undefined);
const open = (): ReadableStream<Uint8Array> => new ReadableStream<Uint8Array>();
const broken = (): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("connection lost")) });

/** What differs from a call of `/c/local/validate` with a review that the policy deny-labels denies. */
interface CallCase {
  readonly path?: Partial<GateCall>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: () => BodyInit;
  readonly limits?: Partial<GateLimits>;
  readonly clusters?: GateDefinition["clusters"];
  readonly deps?: Partial<GateDependencies>;
}

class CallBed {
  readonly runtime: GateRuntime;
  readonly #given: CallCase;
  request: Request | undefined;
  call: Call | undefined;

  constructor(given: CallCase) {
    const { clusters = { local: { identity: "none" } }, limits = {}, deps = {} } = given;
    this.#given = given;
    const gate = defineGate({ policies: [denyLabels()], clusters });
    this.runtime = new GateRuntime(gate, { now: Date.now, log: memoryLog(), limits, ...deps });
  }

  /** Answers the call, and lets the time of its deadline pass, or less. */
  async answer(waitMs = 1_000): Promise<Response> {
    const { headers = JSON_TYPE, path = {}, body = () => REVIEW } = this.#given;
    const content = body();
    // The query and the host are not part of the path in the log.
    const request = new Request("https://gate.example/c/local/validate?timeout=1s", {
      method: "POST",
      headers,
      body: content,
      ...(content instanceof ReadableStream ? { duplex: "half" } : {}),
    });
    this.request = request;
    const call = callOf(
      request,
      { cluster: "local", purpose: "validate", entry: undefined, ...path },
      this.runtime.deps,
    );
    this.call = call;
    const answered = answerCall(this.runtime, call);
    let isSettled = false;
    answered
      .catch(() => undefined)
      .finally(() => {
        isSettled = true;
      });
    await vi.advanceTimersByTimeAsync(waitMs);
    if (!isSettled) throw new Error(`no answer within ${waitMs} ms`);
    const answer = await answered;
    if (answer instanceof GateError) throw answer;
    return answer;
  }
}

const ADMISSION = { cluster: "local", path: "/c/{cluster}/validate" };
/** The table of steps in the doc comment, each with what ends the call there. */
it.each<[code: string, when: string, given: CallCase, call: object]>([
  ["overloaded", "no place is free", { limits: { callsInFlight: 0 } }, ADMISSION],
  ["wrong-content-type", "there is no content type", { headers: {}, body: () => new Blob(["{}"]) }, ADMISSION],
  ["wrong-content-type", "the body is text", { headers: { "content-type": "text/plain" } }, ADMISSION],
  ["wrong-content-type", "the body is YAML", { headers: { "content-type": "application/yaml" } }, ADMISSION],
  [
    "wrong-content-type",
    "the body is compressed",
    { headers: { ...JSON_TYPE, "content-encoding": "gzip" } },
    ADMISSION,
  ],
  [
    "unauthenticated",
    "the gate has no such cluster",
    { path: { cluster: "other" } },
    { ...ADMISSION, cluster: "(unknown)" },
  ],
  [
    "unauthenticated",
    "the lookup finds no such cluster",
    { clusters: async () => undefined },
    { ...ADMISSION, cluster: "(unknown)" },
  ],
  [
    "cluster-lookup-failed",
    "the lookup rejects",
    { clusters: () => Promise.reject(new Error("no network")) },
    { ...ADMISSION, cluster: "(unknown)" },
  ],
  [
    "cluster-lookup-failed",
    "the lookup takes longer than the deadline",
    { clusters: never },
    { ...ADMISSION, cluster: "(unknown)" },
  ],
  ["body-timeout", "the body does not arrive", { body: open }, ADMISSION],
  ["incomplete-body", "the connection breaks", { body: broken }, ADMISSION],
  ["too-large", "an oversized body has no uid", { body: () => "x".repeat(100), limits: { bodyBytes: 99 } }, ADMISSION],
  ["not-json", "the body is not JSON", { body: () => "{" }, ADMISSION],
  ["wrong-envelope", "the body is not a review", { body: () => REVIEW.replace('"uid"', '"no-uid"') }, ADMISSION],
  ["wrong-review-kind", "a conversion comes to validate", { body: () => CONVERSION }, ADMISSION],
  [
    "wrong-review-kind",
    "a review comes to convert",
    { path: { purpose: "convert" } },
    { cluster: "local", path: "/c/{cluster}/convert" },
  ],
  [
    "not-found",
    "a conversion comes to a path for self-tests",
    { path: { purpose: "convert", entry: "self-test-0" }, body: () => CONVERSION },
    { cluster: "local", path: "/c/{cluster}/convert/{mark}", uid: JSON.parse(CONVERSION).request.uid },
  ],
  [
    "internal",
    "the gate itself fails",
    {
      path: { purpose: "mutate", entry: "pods" },
      deps: {
        onVerdict: () => {
          throw new Error("a bug");
        },
      },
    },
    { cluster: "local", path: "/c/{cluster}/mutate/{entry}", uid: UID },
  ],
])("answerCall throws %s when %s, and failedCall names the call for the log", async (code, _, given, call) => {
  const bed = new CallBed(given);
  const error: unknown = await bed.answer().catch((thrown: unknown) => thrown);
  const failure = gateError(error);
  expect(failure.code).toBe(code);
  expect(bed.call && failedCall(bed.runtime, bed.call)).toEqual(call);
});

// The steps are taken in the order of the table.
it.each<[code: string, before: string, given: CallCase]>([
  ["unauthenticated", "it checks the content type", { path: { cluster: "other" }, headers: {}, body: open }],
  ["wrong-content-type", "it reads the body", { headers: { "content-type": "text/plain" }, body: open }],
  ["unauthenticated", "it reads the body", { path: { cluster: "other" }, body: open }],
  ["overloaded", "it reads the body", { limits: { callsInFlight: 0 }, body: open }],
  ["too-large", "it parses the body", { body: () => "x".repeat(100), limits: { bodyBytes: 99 } }],
])("answerCall throws %s before %s", async (code, _, given) => {
  await expect(new CallBed(given).answer()).rejects.toMatchObject({ code });
});

it.each<[what: string, headers: Readonly<Record<string, string>>]>([
  ["application/json", JSON_TYPE],
  ["application/json with a charset", { "content-type": "application/json; charset=utf-8" }],
  ["application/json in upper case", { "content-type": "Application/JSON" }],
  ["the content encoding identity", { ...JSON_TYPE, "content-encoding": "identity" }],
  ["an empty content encoding", { ...JSON_TYPE, "content-encoding": "" }],
])("answerCall accepts %s", async (_, headers) => {
  expect((await new CallBed({ headers }).answer()).status).toBe(200);
});

it.each<[response: object, what: string, given: CallCase]>([
  [{ kind: "AdmissionReview", response: { uid: UID, allowed: false } }, "validate that a policy denies", {}],
  [
    { kind: "AdmissionReview", response: { uid: UID, allowed: true } },
    "mutate without a mutator",
    { path: { purpose: "mutate" } },
  ],
  [
    { kind: "AdmissionReview", response: { uid: UID, allowed: false, status: { code: 413 } } },
    "validate with an oversized review",
    { limits: { bodyBytes: 500 } },
  ],
  [
    { kind: "ConversionReview", response: { result: { status: "Failure" } } },
    "convert without a conversion",
    { path: { purpose: "convert" }, body: () => CONVERSION },
  ],
  [
    { kind: "ConversionReview", response: { result: { status: "Failure" } } },
    "convert with an oversized review",
    { path: { purpose: "convert" }, body: () => CONVERSION, limits: { bodyBytes: 300 } },
  ],
])("answerCall answers 200 with %j to a call of %s", async (response, _, given) => {
  const answer = await new CallBed(given).answer();
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject(response);
});

describe("answerCall", () => {
  it.each<[what: string, given: CallCase]>([
    ["an answer", {}],
    ["wrong-content-type", { headers: { "content-type": "text/plain" } }],
    ["unauthenticated", { path: { cluster: "other" } }],
    ["body-timeout", { body: open }],
    ["not-json", { body: () => "{" }],
  ])("gives the place of the call back after %s", async (what, given) => {
    const bed = new CallBed({ ...given, limits: { callsInFlight: 1 } });
    for (let count = 0; count < 2; count += 1)
      if (what === "an answer") expect((await bed.answer()).status).toBe(200);
      else await expect(bed.answer()).rejects.toMatchObject({ code: what });
  });

  it.each<[what: string, given: CallCase]>([
    ["an answer", {}],
    ["an error", { body: () => "{" }],
  ])("stops the timer of the deadline after %s", async (_, given) => {
    await new CallBed(given).answer(1).catch(() => undefined);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not read the body of a call for an unknown cluster", async () => {
    const bed = new CallBed({ path: { cluster: "other" } });
    await expect(bed.answer()).rejects.toMatchObject({ code: "unauthenticated" });
    expect(bed.request?.bodyUsed).toBe(false);
  });

  it("gives an oversized body no place", async () => {
    const headers = { ...JSON_TYPE, "content-length": String(10_000_000) };
    const bed = new CallBed({ headers, limits: { bodyBytes: 500, bytesInFlight: 1 } });
    const enter = vi.spyOn(bed.runtime.limiter, "enter");
    expect((await bed.answer()).status).toBe(200);
    expect(enter).not.toHaveBeenCalled();
  });

  it("denies a review that takes more memory than one call may take, with the uid and the reason", async () => {
    const body = (): string => REVIEW.replace('"object":', `"x":[${"{},".repeat(1_000)}0],"object":`);
    const bed = new CallBed({ body, limits: { callBytes: 50_000 } });
    vi.spyOn(bed.runtime.limiter, "costOf").mockImplementation((it) => parseCost(it.text, it.bytes));
    expect(await (await bed.answer()).json()).toMatchObject({
      response: { uid: UID, allowed: false, status: { code: 413, message: /too many parts.* 50000 bytes/ } },
    });
  });

  it("denies a review that a thread had too little memory for, with the uid, though its bytes are gone", async () => {
    const bytes = new TextEncoder().encode(REVIEW.replace('"object":', `"x":[${"{},".repeat(100_000)}0],"object":`));
    const body = (): BodyInit =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(bytes);
          controller.close();
        },
      });
    const judgeApart = async (call: LargeCall): Promise<"too-costly"> => {
      for (const { buffer } of call.body) if (buffer instanceof ArrayBuffer) buffer.transfer(0);
      return "too-costly";
    };
    const bed = new CallBed({ body, deps: { judgeApart } });
    expect(await (await bed.answer()).json()).toMatchObject({
      response: { uid: UID, allowed: false, status: { code: 413 } },
    });
  });

  it.each([["unavailable"], ["overloaded"]])("when a thread is %s", async (what) => {
    const body = (): string => REVIEW.replace('"object":', `"x":[${"{},".repeat(100_000)}0],"object":`);
    const judgeApart = async (): Promise<"unavailable"> => {
      if (what === "overloaded") throw new GateError("overloaded", "wait");
      return "unavailable";
    };
    const bed = new CallBed({ body, deps: { judgeApart, readChunks } });
    if (what === "overloaded") await expect(bed.answer()).rejects.toMatchObject({ code: "overloaded" });
    else expect((await (await bed.answer()).json()).response).toMatchObject({ uid: UID, allowed: false });
  });

  it("has no place while the body arrives", async () => {
    const bed = new CallBed({ body: open, limits: { callsInFlight: 1 } });
    const enter = vi.spyOn(bed.runtime.limiter, "enter");
    await expect(bed.answer()).rejects.toMatchObject({ code: "body-timeout" });
    expect(enter).not.toHaveBeenCalled();
  });
});
