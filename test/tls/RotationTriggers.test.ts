import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PairInfo } from "../../src/tls/pair/PairInfo.ts";
import { RotationTriggers } from "../../src/tls/RotationTriggers.ts";
import { initialRotation } from "../../src/tls/rotation/RotationState.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 6, 1);
const PAIR: PairInfo = {
  ...{ slot: "main", hash: "first", serial: "1", subject: "a" },
  ...{ notBefore: START - HOUR, notAfter: START + HOUR },
};
/** A twentieth of its life before its end, which is more than 30 s. */
const SOON = PAIR.notAfter - 30_000;

/** Times of looks, by the timers' clock. */
let looks: number[];
let triggers: RotationTriggers | undefined;
beforeEach(() => {
  looks = [];
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  triggers?.stop();
  vi.useRealTimers();
});

async function start(now: () => number, pollMs = 24 * HOUR): Promise<void> {
  triggers = new RotationTriggers({ folders: [], pollMs, now }, () => looks.push(Date.now()));
  await triggers.start(initialRotation(PAIR, 0));
  // The one at the start.
  looks.splice(0);
}

describe("looks by itself", () => {
  it("near the certificate's end, and after it, each time once", async () => {
    await start(Date.now);
    vi.advanceTimersByTime(3 * HOUR);
    expect(looks).toHaveLength(2);
    for (const [at, turn] of [SOON, PAIR.notAfter + 1].entries()) {
      expect(looks[at]).toBeGreaterThanOrEqual(turn);
      expect(looks[at]).toBeLessThan(turn + 10);
    }
  });

  it("at each poll, when that is sooner", async () => {
    await start(Date.now, 10_000);
    vi.advanceTimersByTime(60_000);
    expect(looks).toHaveLength(6);
  });

  it("near the certificate's end, also where a poll comes half a second before", async () => {
    const pollMs = SOON - START - 500;
    await start(Date.now, pollMs);
    vi.advanceTimersByTime(pollMs + 510);
    expect(looks).toHaveLength(2);
    expect(looks[1]).toBeGreaterThanOrEqual(SOON);
  });

  it.each([
    ["stands still just before the certificate's end", () => PAIR.notAfter],
    ["is set back again and again", () => PAIR.notAfter - (Date.now() % 3)],
  ])("at most once a second, by a clock that %s", async (_, now) => {
    await start(now);
    vi.advanceTimersByTime(60_000);
    expect(looks.length).toBeGreaterThan(0);
    expect(looks.length).toBeLessThanOrEqual(61);
  });

  it("within a second of the end, where the clock was a little behind at the first look", async () => {
    let behind = 5;
    await start(() => Date.now() - behind);
    vi.advanceTimersByTime(HOUR - 1_000);
    looks.splice(0);
    behind = 20;
    vi.advanceTimersByTime(3_000);
    expect(looks.map((at) => at - behind > PAIR.notAfter)).toEqual([false, true]);
  });
});
