import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HeavyTurns, isHeavy } from "../../../src/gate/http/HeavyTurns.ts";
import { Deadline } from "../../../src/policy/run/Deadline.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const MEBIBYTE = 1024 * 1024;
const HEAVY = 20 * MEBIBYTE;
const BYTES = 1_000;
const deadline = (ms = 10_000): Deadline => new Deadline(ms, Date.now);
const turns = (maxBytes = 10 * BYTES): HeavyTurns => new HeavyTurns(maxBytes, Date.now);

/** What has become of a turn that was asked for. */
const follow = (turn: ReturnType<HeavyTurns["take"]>): { state: string; end?: () => void } => {
  const followed: { state: string; end?: () => void } = { state: "waits" };
  Promise.resolve(turn).then(
    (end) => Object.assign(followed, { state: "began", end }),
    (error) => Object.assign(followed, { state: error.code }),
  );
  return followed;
};

describe("HeavyTurns", () => {
  it.each<[heavy: boolean, cost: number]>([
    [false, 0],
    [false, 8 * MEBIBYTE],
    [true, 8 * MEBIBYTE + 1],
  ])("isHeavy is %s for %i bytes, and only then a turn is needed", (heavy, cost) => {
    expect(isHeavy(cost)).toBe(heavy);
    expect(turns().take(cost, BYTES, deadline()) !== undefined).toBe(heavy);
  });

  it("lets a single heavy review begin at once", () => {
    expect(turns().take(HEAVY, BYTES, deadline())).toBeTypeOf("function");
  });

  it("lets the next one begin in order, after a pause of 30 ms for each MiB", async () => {
    const heavy = turns();
    const first = heavy.take(HEAVY, BYTES, deadline());
    const second = follow(heavy.take(HEAVY, BYTES, deadline()));
    const third = follow(heavy.take(HEAVY, BYTES, deadline()));
    await vi.advanceTimersByTimeAsync(1_000);
    expect([second.state, third.state]).toEqual(["waits", "waits"]);
    if (typeof first === "function") first();
    await vi.advanceTimersByTimeAsync(580);
    expect(second.state).toBe("waits");
    await vi.advanceTimersByTimeAsync(40);
    expect([second.state, third.state]).toEqual(["began", "waits"]);
    second.end?.();
    second.end?.();
    await vi.advanceTimersByTimeAsync(640);
    expect(third.state).toBe("began");
  });

  it("refuses one that waits until its deadline, and does not wait for it", async () => {
    const heavy = turns();
    const first = heavy.take(HEAVY, BYTES, deadline());
    const second = follow(heavy.take(HEAVY, BYTES, deadline(500)));
    const third = follow(heavy.take(HEAVY, BYTES, deadline()));
    await vi.advanceTimersByTimeAsync(520);
    expect(second.state).toBe("overloaded");
    if (typeof first === "function") first();
    await vi.advanceTimersByTimeAsync(660);
    expect(third.state).toBe("began");
  });

  it.each<[what: string, waiting: number, bytes: number]>([
    ["more than 32 wait", 32, 1],
    ["the texts of those that wait are too long", 10, BYTES],
  ])("refuses one when %s", async (_, waiting, bytes) => {
    const heavy = turns();
    heavy.take(HEAVY, bytes, deadline());
    const accepted = Array.from({ length: waiting }, () => follow(heavy.take(HEAVY, bytes, deadline())));
    const refused = follow(heavy.take(HEAVY, bytes, deadline()));
    await vi.advanceTimersByTimeAsync(0);
    expect(accepted.every(({ state }) => state === "waits")).toBe(true);
    expect(refused.state).toBe("overloaded");
    await vi.advanceTimersByTimeAsync(11_000);
  });
});
