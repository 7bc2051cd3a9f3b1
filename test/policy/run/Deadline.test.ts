import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Deadline, deadlinePassed } from "../../../src/policy/run/Deadline.ts";

let now = 0;
beforeEach(() => {
  now = 1000;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("Deadline", () => {
  it("creates no timer until something waits for it, and measures from its creation", async () => {
    const deadline = new Deadline(100, () => now);
    expect(vi.getTimerCount()).toBe(0);
    now += 60;
    expect(deadline.isPassed).toBe(false);
    const { signal } = deadline;
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(39);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(signal.reason).toMatchObject({ name: "TimeoutError" });
    expect(deadline.isPassed).toBe(true);
    expect(await deadline.passed).toBe(deadlinePassed);
  });

  it("has passed immediately when it is first used too late", async () => {
    const deadline = new Deadline(100, () => now);
    now += 100;
    expect(deadline.isPassed).toBe(true);
    expect(deadline.signal.aborted).toBe(true);
    expect(await deadline.passed).toBe(deadlinePassed);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("clears its timer on dispose", () => {
    const deadline = new Deadline(100, () => now);
    const { signal, passed } = deadline;
    expect(deadline.passed).toBe(passed);
    deadline.dispose();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1000);
    expect(signal.aborted).toBe(false);
  });
});
