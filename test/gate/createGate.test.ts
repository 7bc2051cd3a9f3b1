import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { createGate } from "../../src/gate/createGate.ts";
import { deny } from "../../src/policy/define/Finding.ts";
import { policy } from "../../src/policy/define/policy.ts";
import { readReview } from "../fixtures/readReview.ts";
import { memoryLog, reviewCall, testGate } from "./gateCall.ts";

const slow = policy({
  name: "slow",
  match: { resources: ["pods"] },
  validate: ({ deadline }) => new Promise((resolve) => deadline.addEventListener("abort", () => resolve(undefined))),
});

/** An answer that comes at the deadline of its call, and the time at which it came, in milliseconds. */
async function atDeadline(answer: Response | Promise<Response>): Promise<{ response: Response; after: number }> {
  const start = Date.now();
  const answered = Promise.resolve(answer).then((response) => ({ response, after: Date.now() - start }));
  await vi.runAllTimersAsync();
  return answered;
}

describe("limits", () => {
  // Deadlines go by these.
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("turns away the call that is one too many, with an integer Retry-After, and takes calls again later", async () => {
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

  it("turns away a call whose body, with those already here, is more than it holds at one time", async () => {
    const { app } = testGate({ policies: [slow] }, { limits: { bytesInFlight: 3000 } });
    const taken = app.fetch(reviewCall("/c/local/validate?timeout=1s"));
    expect((await app.fetch(reviewCall("/c/local/validate"))).status).toBe(503);
    expect((await app.fetch(reviewCall("/c/local/validate?timeout=1s", "{}"))).status).toBe(400);
    expect((await atDeadline(taken)).response.status).toBe(200);
  });

  it("denies at the deadline by default, naming the policy", async () => {
    const { app } = testGate({ policies: [slow] });
    const { response, after } = await atDeadline(app.fetch(reviewCall("/c/local/validate?timeout=1s")));
    expect(after).toBe(800);
    expect(await response.json()).toMatchObject({
      response: { allowed: false, status: { message: "policy slow missed the deadline", code: 504 } },
    });
  });

  it("gives up on a body that does not arrive", async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"kind":')),
    });
    const { response } = await atDeadline(testGate().app.fetch(reviewCall("/c/local/validate?timeout=1s", body)));
    expect(response.status).toBe(408);
    expect(await response.json()).toMatchObject({ error: { code: "body-timeout" } });
  });
});

describe("a body", () => {
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

describe("a policy that changes what it is shown", () => {
  const meddling = policy({
    name: "meddling",
    match: { resources: ["pods"] },
    validate: ({ object }) => {
      delete object.metadata?.labels;
    },
  });

  it("fails by its name where reviews are frozen", async () => {
    const { app } = testGate({ policies: [meddling] }, { freezeReviews: true });
    const response = await app.fetch(reviewCall("/c/local/validate"));
    expect(await response.json()).toMatchObject({
      response: { allowed: false, status: { message: expect.stringContaining("policy meddling failed") } },
    });
  });
});

describe("errors", () => {
  it("of a caller that goes away are no failure of the gate", async () => {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("connection lost")),
    });
    const { app, log } = testGate();
    const response = await app.fetch(reviewCall("/c/local/validate", body));
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: "incomplete-body" } }]);
    expect(log.lines).toEqual([]);
  });

  it("of a lookup are a 503 that can be tried again, and never an answer", async () => {
    const { app, log } = testGate({ clusters: () => Promise.reject(new Error("secret backend detail")) });
    const response = await app.fetch(reviewCall("/c/local/validate"));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await response.text()).not.toContain("secret");
    expect(JSON.stringify(log.lines.map(({ message }) => message))).toContain("looked up");
  });

  it("of a policy go to the log and not to the client", async () => {
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
      response: { status: { message: "policy throwing failed; the gate's log has the error; no", code: 500 } },
    });
    expect(text).not.toContain("internal detail");
    expect(log.lines).toMatchObject([
      { level: "error", properties: { policy: "throwing", cluster: "local", error: new Error("internal detail") } },
    ]);
  });

  it("never repeat what was sent", async () => {
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

it("counts calls for an entry that it does not know, and shows the count", async () => {
  const { app } = testGate({ entries: { known: { policies: ["deny-labels"] } } });
  await app.fetch(reviewCall("/c/local/validate/known"));
  for (let call = 0; call < 3; call += 1) await app.fetch(reviewCall("/c/local/validate/gone"));
  expect(await (await app.request("/readyz")).json()).toEqual({ status: "ready", policies: 1, unknownEntryCalls: 3 });
});

it("says at /readyz when its process is about to stop, and goes on answering", async () => {
  let draining = false;
  const { app } = testGate({}, { isDraining: () => draining });
  expect((await app.request("/readyz")).status).toBe(200);
  draining = true;
  expect((await app.request("/readyz")).status).toBe(503);
  expect((await app.request("/healthz")).status).toBe(200);
  expect((await app.fetch(reviewCall("/c/local/validate"))).status).toBe(200);
});

it("tells whoever watches of each verdict", async () => {
  const onVerdict = vi.fn();
  const gate = defineGate({ policies: [slow], clusters: { local: {} } });
  const app = createGate(gate, { now: () => 5, log: memoryLog(), onVerdict });
  await app.fetch(reviewCall("/c/local/mutate"));
  expect(onVerdict).toHaveBeenCalledWith(
    expect.objectContaining({ cluster: "local", milliseconds: 0, verdict: expect.objectContaining({ allowed: true }) }),
  );
});
