import { describe, expect, it } from "vitest";
import { StoreClock } from "../../../../src/records/stores/aws/StoreClock.ts";

const START = Date.UTC(2026, 0, 1);

function answer(atMs: number, statusCode = 200): unknown {
  return { statusCode, headers: { date: new Date(atMs).toUTCString() } };
}

describe("StoreClock", () => {
  it("counts on between two answers, and stays within the second of each", () => {
    let local = 5_000;
    const clock = new StoreClock(() => local);
    clock.see(answer(START));
    expect(clock.now()).toBe(START);
    local += 700;
    clock.see(answer(START));
    expect(clock.now()).toBe(START + 700);
    // A second of the store that began later than estimated.
    local += 400;
    clock.see(answer(START));
    expect(clock.now()).toBe(START + 999);
    // The instance was frozen, and its clock stood still.
    clock.see(answer(START + 60_000));
    expect(clock.now()).toBe(START + 60_000);
    clock.see(answer(START - 60_000));
    expect(clock.now()).toBe(START - 60_000 + 999);
  });

  it.each([
    ["no answer", undefined],
    ["an answer without a date", { statusCode: 200, headers: {} }],
    ["a date that cannot be read", { statusCode: 200, headers: { date: "yesterday" } }],
    ["an error answer, which a proxy may give", answer(START, 503)],
  ])("does not take the time from %s", (_, given) => {
    const clock = new StoreClock(() => 0);
    clock.see(given);
    expect(() => clock.now()).toThrow(expect.objectContaining({ code: "store-unavailable" }));
    clock.see(answer(START));
    clock.see(given);
    expect(clock.now()).toBe(START);
  });
});
