import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PairInfo } from "../../src/tls/pair/PairInfo.ts";
import { RotationTriggers } from "../../src/tls/RotationTriggers.ts";
import { initialRotation } from "../../src/tls/rotation/Rotation.ts";

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 6, 1);
const PAIR: PairInfo = {
  ...{ slot: "main", hash: "first", serial: "1", subject: "a" },
  ...{ notBefore: START - HOUR_MS, notAfter: START + HOUR_MS },
};
/** The `endOfUse` of the pair: a twentieth of its lifetime would be more than the maximum of 30 s. */
const BEFORE_END = PAIR.notAfter - 30_000;

/** Times of reads, on the clock of the timers. */
let reads: number[];
let triggers: RotationTriggers | undefined;
beforeEach(() => {
  reads = [];
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  triggers?.stop();
  vi.useRealTimers();
});

async function start(now: () => number, pollMs = 24 * HOUR_MS): Promise<void> {
  triggers = new RotationTriggers({ folders: [], pollMs, now }, () => reads.push(Date.now()));
  await triggers.start(initialRotation(PAIR, 0));
  // Drops the read at the start.
  reads.splice(0);
}

describe("RotationTriggers", () => {
  it("trigger one read near the end of the certificate and one after it", async () => {
    await start(Date.now);
    vi.advanceTimersByTime(3 * HOUR_MS);
    expect(reads).toHaveLength(2);
    for (const [at, due] of [BEFORE_END, PAIR.notAfter + 1].entries()) {
      expect(reads[at]).toBeGreaterThanOrEqual(due);
      expect(reads[at]).toBeLessThan(due + 10);
    }
  });

  it("trigger a read at each poll", async () => {
    await start(Date.now, 10_000);
    vi.advanceTimersByTime(60_000);
    expect(reads).toHaveLength(6);
  });

  it("trigger a read near the end of the certificate also half a second after a poll", async () => {
    const pollMs = BEFORE_END - START - 500;
    await start(Date.now, pollMs);
    vi.advanceTimersByTime(pollMs + 510);
    expect(reads).toHaveLength(2);
    expect(reads[1]).toBeGreaterThanOrEqual(BEFORE_END);
  });

  it.each([
    ["stands still just before the end of the certificate", () => PAIR.notAfter],
    ["is set back repeatedly", () => PAIR.notAfter - (Date.now() % 3)],
  ])("trigger at most one read a second with a clock that %s", async (_, now) => {
    await start(now);
    vi.advanceTimersByTime(60_000);
    expect(reads.length).toBeGreaterThan(0);
    expect(reads.length).toBeLessThanOrEqual(61);
  });

  it("trigger a read within a second of the end when the clock was slightly behind at the first one", async () => {
    let behind = 5;
    await start(() => Date.now() - behind);
    vi.advanceTimersByTime(HOUR_MS - 1_000);
    reads.splice(0);
    behind = 20;
    vi.advanceTimersByTime(3_000);
    expect(reads.map((at) => at - behind > PAIR.notAfter)).toEqual([false, true]);
  });
});
