import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type EndTurn, HeavyTurns, isHeavy } from "../../../src/gate/http/HeavyTurns.ts";
import { Deadline } from "../../../src/policy/run/Deadline.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const MEBIBYTE = 1024 * 1024;
const BYTES = 1_000;
const deadline = (ms = 10_000): Deadline => new Deadline(ms, Date.now);
const turns = (maxBytes = 10 * BYTES): HeavyTurns => new HeavyTurns(maxBytes, Date.now);

/** Waits for a turn as long as it takes. */
async function takeTurn(heavy: HeavyTurns): Promise<EndTurn> {
  const turn = follow(heavy.take(BYTES, deadline(1_000_000)));
  await vi.advanceTimersByTimeAsync(0);
  while (turn.end === undefined) await vi.advanceTimersByTimeAsync(20);
  return turn.end;
}

/** What has become of a turn that was asked for. */
const follow = (turn: ReturnType<HeavyTurns["take"]>): { state: string; end?: EndTurn } => {
  const followed: { state: string; end?: EndTurn } = { state: "waits" };
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
  ])("isHeavy is %s for %i bytes", (heavy, cost) => {
    expect(isHeavy(cost)).toBe(heavy);
  });

  it("lets a single heavy review begin at once", () => {
    expect(turns().take(BYTES, deadline())).toBeTypeOf("function");
  });

  it("lets the next one begin in order, after a pause of 4 times what the one before held", async () => {
    const heavy = turns();
    const first = heavy.take(BYTES, deadline());
    const second = follow(heavy.take(BYTES, deadline()));
    const third = follow(heavy.take(BYTES, deadline()));
    await vi.advanceTimersByTimeAsync(100);
    expect([second.state, third.state]).toEqual(["waits", "waits"]);
    if (typeof first === "function") void first();
    await vi.advanceTimersByTimeAsync(360);
    expect(second.state).toBe("waits");
    await vi.advanceTimersByTimeAsync(60);
    expect([second.state, third.state]).toEqual(["began", "waits"]);
    void second.end?.();
    await vi.advanceTimersByTimeAsync(20);
    void second.end?.();
    await vi.advanceTimersByTimeAsync(60);
    expect(third.state).toBe("began");
  });

  it("lets heavy reviews hold 0.5 s and then one part in 400 of the time, also after a long quiet time", async () => {
    const heavy = turns();
    await vi.advanceTimersByTimeAsync(3_600_000);
    const begun: number[] = [];
    const startedAt = Date.now();
    while (Date.now() - startedAt < 120_000) {
      const end = await takeTurn(heavy);
      begun.push(Date.now() - startedAt);
      await vi.advanceTimersByTimeAsync(50);
      void end();
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(begun.filter((at) => at < 5_000).length).toBeGreaterThanOrEqual(8);
    // 500 ms, and 120 s / 400, in calls of 50 ms.
    expect(begun.length).toBeLessThanOrEqual(17);
  });

  it.each([
    ["ahead", 24],
    ["back", -24],
  ])("waits two minutes at most after a clock that was set %s during a turn", async (_what, hours) => {
    let offset = 0;
    const heavy = new HeavyTurns(10 * BYTES, () => Date.now() + offset);
    const first = heavy.take(BYTES, deadline());
    offset = hours * 3_600_000;
    if (typeof first === "function") void first();
    await vi.advanceTimersByTimeAsync(121_000);
    expect(heavy.take(BYTES, deadline())).toBeTypeOf("function");
  });

  it("pauses for a second after a call whose timer never fires", async () => {
    const heavy = turns();
    const first = heavy.take(BYTES, deadline());
    const second = follow(heavy.take(BYTES, deadline()));
    vi.stubGlobal("setTimeout", () => 0);
    if (typeof first === "function") void first();
    vi.unstubAllGlobals();
    await vi.advanceTimersByTimeAsync(980);
    expect(second.state).toBe("waits");
    await vi.advanceTimersByTimeAsync(40);
    expect(second.state).toBe("began");
  });

  it("refuses one that waits until its deadline, and does not wait for it", async () => {
    const heavy = turns();
    const first = heavy.take(BYTES, deadline());
    const second = follow(heavy.take(BYTES, deadline(500)));
    const third = follow(heavy.take(BYTES, deadline()));
    await vi.advanceTimersByTimeAsync(520);
    expect(second.state).toBe("overloaded");
    if (typeof first === "function") void first();
    await vi.advanceTimersByTimeAsync(8_500);
    expect(third.state).toBe("began");
  });

  it.each<[what: string, waiting: number, bytes: number]>([
    ["more than 32 wait", 32, 1],
    ["the texts of those that wait are too long", 10, BYTES],
  ])("refuses one when %s", async (_, waiting, bytes) => {
    const heavy = turns();
    heavy.take(bytes, deadline());
    const accepted = Array.from({ length: waiting }, () => follow(heavy.take(bytes, deadline())));
    const refused = follow(heavy.take(bytes, deadline()));
    await vi.advanceTimersByTimeAsync(0);
    expect(accepted.every(({ state }) => state === "waits")).toBe(true);
    expect(refused.state).toBe("overloaded");
    await vi.advanceTimersByTimeAsync(11_000);
  });
});
