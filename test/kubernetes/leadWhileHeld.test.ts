import { describe, expect, it } from "vitest";
import { KubernetesError } from "../../src/kubernetes/KubernetesError.ts";
import { type Leading, leadWhileHeld } from "../../src/kubernetes/leadWhileHeld.ts";

/** The outcome of one attempt: written, kept without a call, held by another process, or no answer. */
type Outcome = "written" | "kept" | "held" | "unreachable";

/** Runs a leader with one attempt a second and a Lease of 15 s. Each outcome is for one attempt; then the signal is aborted. */
async function run(outcomes: readonly Outcome[], during: (leading: Leading) => Promise<void> = untilAborted) {
  const changes: [boolean, string][] = [];
  const stop = new AbortController();
  const leads: boolean[] = [];
  let now = 0;
  let attempts = 0;
  let released = 0;
  let current: Leading | undefined;
  await leadWhileHeld({
    lease: {
      hold: async () => {
        const outcome = outcomes[attempts];
        attempts += 1;
        leads.push(current?.isLeading() === true);
        if (outcome === "held") throw new KubernetesError("lease-held", "another holds it");
        if (outcome === "unreachable") throw new KubernetesError("cluster-unreachable", "no server answers");
        return outcome === "written";
      },
      release: async () => {
        released += 1;
      },
    },
    durationMs: 15_000,
    retryMs: 1_000,
    elapsedMs: () => now,
    sleep: async (milliseconds, signal) => {
      now += milliseconds;
      if (attempts >= outcomes.length) stop.abort();
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) return;
    },
    lead: (leading) => {
      current = leading;
      return during(leading);
    },
    onChange: (isLeading, reason) => changes.push([isLeading, reason]),
    signal: stop.signal,
  });
  return {
    changes: changes.map(([isLeading, reason]) => `${isLeading ? "leads" : "does not"}: ${reason}`),
    leads,
    released,
  };
}

function untilAborted({ signal }: Leading): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

describe("leadWhileHeld", () => {
  it("waits until the Lease is free, leads, and gives the Lease back at the end", async () => {
    const { changes, released } = await run(["held", "held", "written", "kept", "kept"]);
    expect(changes).toEqual(["does not: another holds it", "leads: the Lease is acquired"]);
    expect(released).toBe(1);
  });

  it("ends the lead when another process holds the Lease, and tries again", async () => {
    const ended: boolean[] = [];
    const { changes } = await run(["written", "kept", "held", "held", "written"], async (leading) => {
      await untilAborted(leading);
      ended.push(leading.isLeading());
    });
    expect(changes).toEqual([
      "leads: the Lease is acquired",
      "does not: another holds it",
      "leads: the Lease is acquired",
    ]);
    // The second lead ends by the signal while the Lease is still held.
    expect(ended).toEqual([false, true]);
  });

  it("keeps leading without an answer for two thirds of the Lease's duration, and no longer", async () => {
    const unreachable = Array.from({ length: 12 }, (): Outcome => "unreachable");
    const { changes, leads } = await run(["written", ...unreachable]);
    expect(changes).toEqual([
      "leads: the Lease is acquired",
      "does not: the Lease could not be renewed: no server answers",
      "does not: no server answers",
    ]);
    // Read before each attempt: 10 of the 15 s are relied on.
    expect(leads.indexOf(false, 1)).toBe(10);
  });

  it("isLeading is false after two thirds of the duration, even without a failed attempt", async () => {
    // Never written again, as with a clock that stands still between attempts.
    const { leads } = await run(["written", ...Array.from({ length: 11 }, (): Outcome => "kept")]);
    expect(leads.indexOf(false, 1)).toBe(10);
  });
});
