import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { createGate } from "../../src/gate/createGate.ts";
import { conversion } from "../../src/policy/define/conversion.ts";
import { deny } from "../../src/policy/define/Finding.ts";
import { policy } from "../../src/policy/define/policy.ts";
import { readReview } from "../fixtures/readReview.ts";
import { CALL_FACTS, memoryLog, reviewCall, testGate } from "./gateCall.ts";

const slow = policy({
  name: "slow",
  match: { resources: ["pods"] },
  validate: ({ deadline }) => new Promise((resolve) => deadline.addEventListener("abort", () => resolve(undefined))),
});

/** Lets fake time pass until a call is answered. Returns the answer and how long it took. */
async function atDeadline(answer: Response | Promise<Response>): Promise<{ response: Response; afterMs: number }> {
  const startedAt = Date.now();
  const answered = Promise.resolve(answer).then((response) => ({ response, afterMs: Date.now() - startedAt }));
  await vi.runAllTimersAsync();
  return answered;
}

describe("createGate, limits:", () => {
  // Deadlines use these timers.
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("answers 503 with an integer Retry-After to a call over callsInFlight, and takes calls again later", async () => {
    const { app } = testGate({ policies: [slow] }, { limits: { callsInFlight: 2 } });
    const taken = [
      app.fetch(reviewCall("/c/local/validate?timeout=1s")),
      app.fetch(reviewCall("/c/local/validate?timeout=1s")),
    ];
    const refused = await app.fetch(reviewCall("/c/local/validate"));
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await refused.json()).toMatchObject({ error: { code: "overloaded" } });
    for (const { response } of await Promise.all(taken.map(atDeadline)))
      expect(await response.json()).toMatchObject({ response: { allowed: false } });
    const later = await atDeadline(app.fetch(reviewCall("/c/local/validate?timeout=1s")));
    expect(later.response.status).toBe(200);
  });

  it("answers 503 to a call whose body does not fit into bytesInFlight", async () => {
    const { app } = testGate({ policies: [slow] }, { limits: { bytesInFlight: 40_000 } });
    const taken = app.fetch(reviewCall("/c/local/validate?timeout=1s"));
    expect((await app.fetch(reviewCall("/c/local/validate"))).status).toBe(503);
    expect((await app.fetch(reviewCall("/c/local/validate?timeout=1s", "{}"))).status).toBe(400);
    expect((await atDeadline(taken)).response.status).toBe(200);
  });

  it("denies at the deadline and names the policy that missed it", async () => {
    const { app } = testGate({ policies: [slow] });
    const { response, afterMs } = await atDeadline(app.fetch(reviewCall("/c/local/validate?timeout=1s")));
    expect(afterMs).toBe(800);
    expect(await response.json()).toMatchObject({
      response: { allowed: false, status: { message: "slow: the policy missed the deadline", code: 504 } },
    });
  });

  it("answers 408 when the body does not arrive by the deadline", async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"kind":')),
    });
    const { response } = await atDeadline(testGate().app.fetch(reviewCall("/c/local/validate?timeout=1s", body)));
    expect(response.status).toBe(408);
    expect(await response.json()).toMatchObject({ error: { code: "body-timeout" } });
  });
});

describe("createGate, bodies:", () => {
  it("reads no more than 32 MiB of a body that does not end, and keeps none of it", async () => {
    let sent = 0;
    const chunk = new TextEncoder().encode("x".repeat(64 * 1024));
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const response = await testGate({}, { limits: { bodyBytes: 1024 * 1024 } }).app.fetch(
      reviewCall("/c/local/validate", body),
    );
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(32 * 1024 * 1024 + 4 * chunk.length);
  });

  it("reads a chunked body whose characters are cut between chunks", async () => {
    const bytes = new TextEncoder().encode(readReview("validate-v1-create-pods-2").replace('"bad"', '"bäd🚀"'));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await (await testGate().app.fetch(reviewCall("/c/local/validate", body))).json()).toMatchObject({
      response: { allowed: false },
    });
  });
});

describe("createGate with freezeReviews", () => {
  const meddling = policy({
    name: "meddling",
    match: { resources: ["pods"] },
    validate: ({ object }) => {
      delete object.metadata?.labels;
    },
  });

  it("denies and names a policy that changes the review", async () => {
    const { app } = testGate({ policies: [meddling] }, { freezeReviews: true });
    const response = await app.fetch(reviewCall("/c/local/validate"));
    expect(await response.json()).toMatchObject({
      response: { allowed: false, status: { message: "meddling: the policy failed; the gate's log has the error" } },
    });
  });
});

describe("createGate, failed calls:", () => {
  const WARNED = { level: "warn", message: "a call was turned away" };

  it("logs cluster, route and entry of a call that was turned away before its body was read", async () => {
    const { app, log } = testGate({}, { limits: { callsInFlight: 0 } });
    await app.fetch(reviewCall("/c/local/validate/default?timeout=30s"));
    expect(log.lines).toEqual([
      {
        ...WARNED,
        properties: {
          ...CALL_FACTS,
          code: "overloaded",
          cluster: "local",
          path: "/c/{cluster}/validate/{entry}",
          entry: "default",
        },
      },
    ]);
  });

  it("logs cluster and path of a call whose cluster could not be looked up", async () => {
    const { app, log } = testGate({ clusters: () => Promise.reject(new Error("no network")) });
    await app.fetch(reviewCall("/c/local/mutate"));
    expect(log.lines.at(-1)).toEqual({
      ...WARNED,
      properties: { ...CALL_FACTS, code: "cluster-lookup-failed", cluster: "(unknown)", path: "/c/{cluster}/mutate" },
    });
  });

  it("logs the path of each of several calls that fail with one lookup", async () => {
    let refuse = (_: Error): void => undefined;
    const lookup = new Promise<never>((_, reject) => {
      refuse = reject;
    });
    const { app, log } = testGate({ clusters: () => lookup });
    const paths = ["/c/local/mutate", "/c/local/validate", "/c/local/validate/pods"];
    const answers = paths.map((path) => app.fetch(reviewCall(path)));
    refuse(new Error("no network"));
    await Promise.all(answers);
    const logged = log.lines
      .filter(({ message }) => message === WARNED.message)
      .map(({ properties }) => properties?.path);
    expect(logged.sort()).toEqual(["/c/{cluster}/mutate", "/c/{cluster}/validate", "/c/{cluster}/validate/{entry}"]);
  });

  const bug = new Error("a bug");
  const fails = (): never => {
    throw bug;
  };

  it("logs cluster, path and uid of a review whose answer failed", async () => {
    const { app, log } = testGate({}, { onVerdict: fails });
    const response = await app.fetch(reviewCall("/c/local/validate?timeout=30s"));
    expect([response.status, await response.json()]).toMatchObject([500, { error: { code: "internal" } }]);
    const { uid } = JSON.parse(readReview("validate-v1-create-pods-2")).request;
    expect(log.lines).toEqual([
      {
        level: "error",
        message: "a call failed",
        properties: { ...CALL_FACTS, cluster: "local", path: "/c/{cluster}/validate", uid, error: bug },
      },
    ]);
  });

  it("logs cluster, path and uid of a conversion whose answer failed", async () => {
    const gateways = conversion({
      group: "example.com",
      kind: "Gateway",
      versions: ["v1beta1", "v1"],
      hub: "v1",
      convert: { v1beta1: { toHub: fails, fromHub: fails } },
    });
    const { app, log } = testGate({ conversions: [gateways] });
    // The log of the converter's error fails itself.
    vi.spyOn(log, "error").mockImplementationOnce(fails);
    const response = await app.fetch(reviewCall("/c/local/convert?timeout=30s", readReview("conversion-1")));
    expect(response.status).toBe(500);
    const { uid } = JSON.parse(readReview("conversion-1")).request;
    expect(log.lines).toMatchObject([
      { message: "a call failed", properties: { cluster: "local", path: "/c/{cluster}/convert", uid, error: bug } },
    ]);
  });

  it("logs the path of an announcement that could not be served", async () => {
    const { app, log } = testGate({}, { announcement: () => Promise.reject(bug) });
    expect((await app.request("/.well-known/postern")).status).toBe(500);
    expect(log.lines).toEqual([
      { level: "error", message: "a call failed", properties: { path: "/.well-known/postern", error: bug } },
    ]);
  });
});

describe("createGate, errors:", () => {
  it("answers 400 and logs nothing when the caller closes the connection", async () => {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("connection lost")),
    });
    const { app, log } = testGate();
    const response = await app.fetch(reviewCall("/c/local/validate", body));
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: "incomplete-body" } }]);
    expect(log.lines).toEqual([]);
  });

  it("answers 503 with Retry-After when the lookup of a cluster fails, without its details", async () => {
    const { app, log } = testGate({ clusters: () => Promise.reject(new Error("secret backend detail")) });
    const response = await app.fetch(reviewCall("/c/local/validate"));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await response.text()).not.toContain("secret");
    expect(JSON.stringify(log.lines.map(({ message }) => message))).toContain(
      "the lookup of a cluster's settings failed",
    );
  });

  it("logs the error of a policy and hides it from the client", async () => {
    const throwing = policy({
      name: "throwing",
      match: { resources: ["pods"] },
      validate: () => {
        throw new Error("internal detail");
      },
    });
    const other = policy({ name: "other", match: { resources: ["pods"] }, validate: () => deny("no", { code: 422 }) });
    const { app, log } = testGate({ policies: [throwing, other] });
    const text = await (await app.fetch(reviewCall("/c/local/validate"))).text();
    expect(JSON.parse(text)).toMatchObject({
      response: {
        status: { message: "throwing: the policy failed; the gate's log has the error\nother: no", code: 500 },
      },
    });
    expect(text).not.toContain("internal detail");
    expect(log.lines).toMatchObject([
      { level: "error", properties: { policy: "throwing", cluster: "local", error: new Error("internal detail") } },
    ]);
  });

  it("answers errors that never repeat the request", async () => {
    const marker = "MARKER-1234";
    const { app } = testGate();
    for (const request of [
      reviewCall(`/c/${marker}/validate`),
      reviewCall(`/${marker}`),
      reviewCall("/c/local/validate", `{"kind":"${marker}","apiVersion":"${marker}"}`),
      reviewCall("/c/local/validate", readReview("validate-v1-create-pods-2").replace("CREATE", marker)),
      reviewCall("/c/local/validate", marker),
    ]) {
      const response = await app.fetch(request);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(await response.text()).not.toContain(marker);
    }
  });
});

it("counts calls for unknown entries and shows the count at /readyz", async () => {
  const { app } = testGate({ entries: { known: { policies: ["deny-labels"] } } });
  await app.fetch(reviewCall("/c/local/validate/known"));
  for (let call = 0; call < 3; call += 1) await app.fetch(reviewCall("/c/local/validate/gone"));
  expect(await (await app.request("/readyz")).json()).toEqual({ status: "ready", policies: 1, unknownEntryCalls: 3 });
});

it("answers 503 at /readyz while its process stops, and continues to answer calls", async () => {
  let isDraining = false;
  const { app } = testGate({}, { isDraining: () => isDraining });
  expect((await app.request("/readyz")).status).toBe(200);
  isDraining = true;
  expect((await app.request("/readyz")).status).toBe(503);
  expect((await app.request("/healthz")).status).toBe(200);
  expect((await app.fetch(reviewCall("/c/local/validate"))).status).toBe(200);
});

it("calls onVerdict with each verdict", async () => {
  const onVerdict = vi.fn();
  const gate = defineGate({ policies: [slow], clusters: { local: { identity: "none" } } });
  const app = createGate(gate, { now: () => 5, log: memoryLog(), onVerdict });
  await app.fetch(reviewCall("/c/local/mutate"));
  expect(onVerdict).toHaveBeenCalledWith(
    expect.objectContaining({ cluster: "local", milliseconds: 0, verdict: expect.objectContaining({ allowed: true }) }),
  );
});
