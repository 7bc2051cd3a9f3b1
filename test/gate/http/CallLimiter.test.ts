import { describe, expect, it } from "vitest";
import { CallLimiter } from "../../../src/gate/http/CallLimiter.ts";
import { CompleteBody } from "../../../src/gate/http/KeptBody.ts";
import { mostParseCost, parseCost } from "../../../src/gate/http/parseCost.ts";

const MEBIBYTE = 1024 * 1024;
const bodyOf = (text: string): CompleteBody => new CompleteBody(text, text.length);
/** Costs much less than the upper bound for its length. */
const PLAIN = bodyOf(JSON.stringify("x".repeat(100_000)));
const limiter = (limits: Partial<ConstructorParameters<typeof CallLimiter>[0]> = {}): CallLimiter =>
  new CallLimiter({ callsInFlight: 3, callBytes: MEBIBYTE, bytesInFlight: 100 * MEBIBYTE, ...limits });
const enter = (to: CallLimiter, body = PLAIN) => to.enter(body, to.costOf(body));
const OVERLOADED = expect.objectContaining({ name: "GateError", code: "overloaded" });

describe("CallLimiter", () => {
  it("has as many places as calls may be in flight, and gives each back once", () => {
    const calls = limiter();
    const [first] = [enter(calls), enter(calls), enter(calls)];
    expect(() => calls.checkCalls()).toThrow(OVERLOADED);
    expect(() => enter(calls)).toThrow(OVERLOADED);
    first?.leave();
    first?.leave();
    enter(calls);
    expect(() => enter(calls)).toThrow(OVERLOADED);
  });

  it("counts the exact cost only when the upper bound does not fit", () => {
    const most = mostParseCost(PLAIN.bytes);
    const calls = limiter({ bytesInFlight: 2 * most });
    expect(enter(calls).cost).toBe(most);
    expect(enter(calls).cost).toBe(most);
    expect(enter(calls).cost).toBe(parseCost(PLAIN.text, PLAIN.bytes));
  });

  it("refuses a call whose memory does not fit, and keeps nothing of it", () => {
    const cost = parseCost(PLAIN.text, PLAIN.bytes);
    const calls = limiter({ bytesInFlight: 2 * cost });
    const first = enter(calls);
    enter(calls);
    expect(() => enter(calls)).toThrow(OVERLOADED);
    first.leave();
    enter(calls);
  });

  it("has room for a single call of any cost", () => {
    enter(limiter({ bytesInFlight: 1 }));
  });

  it.each<[what: string, body: CompleteBody, cost: number]>([
    ["the upper bound of a small body", PLAIN, mostParseCost(PLAIN.bytes)],
    [
      "the cost of a large body",
      bodyOf(JSON.stringify("x".repeat(400_000))),
      parseCost(JSON.stringify("x".repeat(400_000)), 400_002),
    ],
  ])("costOf is %s", (_, body, cost) => {
    expect(limiter().costOf(body)).toBe(cost);
  });

  it("counts a body once, unless the count ended early", () => {
    const calls = limiter();
    const body = bodyOf(JSON.stringify("x".repeat(400_000)));
    expect(calls.costOf(body, 1_000)).toBeLessThan(parseCost(body.text, body.bytes) + 1);
    expect(body.counted).toBeUndefined();
    const cost = calls.costOf(body);
    expect(body.counted).toBe(cost);
    body.counted = 7;
    expect(calls.costOf(body)).toBe(7);
  });

  it("stops to count a body that is over the cost of one call", () => {
    const cost = limiter().costOf(bodyOf(`[${"{},".repeat(200_000)}0]`));
    expect(cost).toBeGreaterThan(MEBIBYTE);
    expect(cost).toBeLessThan(2 * MEBIBYTE + 400);
  });
});
