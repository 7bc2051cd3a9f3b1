import { expect, it } from "vitest";
import { KubernetesError } from "../../src/kubernetes/KubernetesError.ts";
import { type Leading, leadWhileHeld } from "../../src/kubernetes/leadWhileHeld.ts";

/** What becomes of each try for the Lease: written, kept without a call, another's, or nobody answers. */
type Outcome = "written" | "kept" | "held" | "unreachable";

/** Runs a leader with tries a second apart, over a Lease of 15 s. Each outcome is for one try; then the signal is given. */
async function run(outcomes: readonly Outcome[], during: (leading: Leading) => Promise<void> = untilAborted) {
  const told: [boolean, string][] = [];
  const stop = new AbortController();
  const leads: boolean[] = [];
  let now = 0;
  let tries = 0;
  let released = 0;
  let current: Leading | undefined;
  await leadWhileHeld({
    lease: {
      hold: async () => {
        const outcome = outcomes[tries];
        tries += 1;
        leads.push(current?.isLeading() === true);
        if (outcome === "held") throw new KubernetesError("lease-held", "another has it");
        if (outcome === "unreachable") throw new KubernetesError("cluster-unreachable", "nobody answers");
        return outcome === "written";
      },
      release: async () => {
        released += 1;
      },
    },
    duration: 15_000,
    retry: 1_000,
    elapsed: () => now,
    sleep: async (milliseconds, signal) => {
      now += milliseconds;
      if (tries >= outcomes.length) stop.abort();
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) return;
    },
    lead: (leading) => {
      current = leading;
      return during(leading);
    },
    onChange: (isLeading, why) => told.push([isLeading, why]),
    signal: stop.signal,
  });
  return { told: told.map(([isLeading, why]) => `${isLeading ? "leads" : "does not"}: ${why}`), leads, released };
}

function untilAborted({ signal }: Leading): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

it("tries until the Lease is free, leads, and gives it back at the end", async () => {
  const { told, released } = await run(["held", "held", "written", "kept", "kept"]);
  expect(told).toEqual(["does not: another has it", "leads: it leads"]);
  expect(released).toBe(1);
});

it("ends its lead when another has the Lease, and tries again", async () => {
  const ended: boolean[] = [];
  const { told } = await run(["written", "kept", "held", "held", "written"], async (leading) => {
    await untilAborted(leading);
    ended.push(leading.isLeading());
  });
  expect(told).toEqual(["leads: it leads", "does not: another has it", "leads: it leads"]);
  // The second ends by the signal, with the Lease still held.
  expect(ended).toEqual([false, true]);
});

it("bears an API server that does not answer for two thirds of the Lease's time, and no longer", async () => {
  const silence = Array.from({ length: 12 }, (): Outcome => "unreachable");
  const { told, leads } = await run(["written", ...silence]);
  expect(told).toEqual([
    "leads: it leads",
    "does not: the Lease could not be kept: nobody answers",
    "does not: nobody answers",
  ]);
  // Before each try: of 15 s, 10 are relied on.
  expect(leads.indexOf(false, 1)).toBe(10);
});

it("does not believe that it leads past that time, though nobody has told it otherwise", async () => {
  // Kept without a call for ever: as if its clock stood still between tries.
  const { leads } = await run(["written", ...Array.from({ length: 11 }, (): Outcome => "kept")]);
  expect(leads.indexOf(false, 1)).toBe(10);
});
