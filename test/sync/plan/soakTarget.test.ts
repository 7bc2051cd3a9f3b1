import { beforeAll, describe, expect, it } from "vitest";
import type { TargetStep } from "../../../src/sync/plan/Step.ts";
import { soakTarget } from "../../../src/sync/plan/soakTarget.ts";
import type { TargetState } from "../../../src/sync/target/TargetState.ts";
import { encodeBundle } from "../../../src/trust/bundle.ts";
import { makeCas, OLD } from "../SyncWorld.ts";
import { PlanBed, type PlanCase, SOAK_MS, subjectsIn } from "./PlanBed.ts";

const FROZEN = { code: "announcement-unavailable", about: "", message: "no answer" } as const;

let bed: PlanBed;
beforeAll(async () => {
  bed = new PlanBed(await makeCas(4));
});

function plan(given: PlanCase): TargetStep {
  const { target, observation, goal } = bed.input(given);
  return soakTarget(target, observation, goal);
}

/** A planned step in words: its kind and what it is about, the codes of findings, or notes. */
function inWords(step: TargetStep): string {
  if ("findings" in step) return `the finding ${step.findings.map(({ code }) => code).join(", ")}`;
  if (!("kind" in step)) return step.notes.length === 0 ? "nothing" : `the note "${step.notes.join("; ")}"`;
  if (step.kind === "soak") return `soak for ${step.until - bed.now} ms`;
  if (step.kind === "try-canary") return `try-canary ${subjectsIn(encodeBundle(step.roots)).join(" + ")}`;
  if (step.kind === "narrow") return `narrow to ${subjectsIn(step.write.hooks[0]?.bundle ?? "").join(" + ")}`;
  return step.kind;
}

/** The state of a soak: how long ago each CA went out of use. */
const soaking = (agoMs: Readonly<Record<number, number>>): TargetState => ({
  phase: "soaking",
  since: bed.now - Math.min(...Object.values(agoMs)),
  unusedSince: Object.fromEntries(Object.entries(agoMs).map(([ca, ms]) => [bed.fingerprint(Number(ca)), bed.now - ms])),
});

/** CA 1 is in the bundle and not wanted any more. Only CA 0 is served. */
const UNUSED: PlanCase = { pins: [0], live: [0, 1] };
const due = (more: PlanCase = {}): PlanCase => ({ ...UNUSED, state: soaking({ 1: SOAK_MS }), ...more });

it.each<[plans: string, whose: string, given: () => PlanCase]>([
  ["nothing", "whose roots are all wanted", () => ({})],
  [
    `the note "root 1 is not configured, but still in use"`,
    "whose unwanted root is served at one address",
    () => ({ ...UNUSED, atOld: [0, 1] }),
  ],
  [
    `the note "root 1 is not configured, but still in use"`,
    "whose unwanted root is served at one address, when the soak is 0 s",
    () => ({ ...UNUSED, atOld: [0, 1], goal: { soakMs: 0 } }),
  ],
  ["remember", "whose unwanted root went out of use", () => UNUSED],
  [
    "soak for 1 ms",
    "whose unwanted root is unused for one millisecond less than the soak",
    () => ({ ...UNUSED, state: soaking({ 1: SOAK_MS - 1 }) }),
  ],
  [
    "soak for 3000 ms",
    "whose two unwanted roots are unused for 4 s and 7 s of 10 s",
    () => ({ ...UNUSED, live: [0, 1, 2], state: soaking({ 1: 4_000, 2: 7_000 }) }),
  ],
  ["remember", "whose unused root came into use again", () => due({ atOld: [0, 1] })],
  ["remember", "whose unused root is wanted again", () => due({ pins: [0, 1] })],
  ["try-canary root 0", "whose root was unused for the whole soak", () => due()],
  [
    "narrow to root 0",
    "whose root was unused for the whole soak, after a passed test",
    () => due({ test: bed.test([0]) }),
  ],
  [
    "try-canary root 0",
    "whose root was unused for the whole soak, after a test of all its roots",
    () => due({ test: bed.test([0, 1]) }),
  ],
  [
    "the finding canary-failed",
    "whose root was unused for the whole soak, after a failed test",
    () => due({ test: bed.test([0], { result: "failed" }) }),
  ],
  [
    "the finding canary-unknown",
    "whose root was unused for the whole soak, after a test without a result",
    () => due({ test: bed.test([0], { result: "unknown" }) }),
  ],
  [
    "narrow to root 0 + root 2",
    "with two unused roots, of which one was unused for the whole soak",
    () => ({ ...UNUSED, live: [0, 1, 2], state: soaking({ 1: SOAK_MS, 2: 1 }), test: bed.test([0, 2]) }),
  ],
  [
    "narrow to root 0 + root 2",
    "with one root that was unused for the whole soak and one that is in use",
    () => ({ ...due({ live: [0, 1, 2], atOld: [0, 2] }), test: bed.test([0, 2]) }),
  ],
  [
    "the finding unanchored",
    "with a due root, while an address serves a chain of an unknown CA",
    () => due({ atOld: [0, 3] }),
  ],
  [
    "the finding address-silent",
    "with a due root, while one address is silent",
    () => due({ atOld: [0, "timed out"] }),
  ],
  [
    "the finding address-silent",
    "whose root went out of use, while one address is silent",
    () => ({ ...UNUSED, atOld: [0, "timed out"] }),
  ],
  [
    "the finding address-silent",
    "whose roots are all wanted, while one address is silent",
    () => ({ atOld: [0, "timed out"] }),
  ],
  ["the finding clock", "with a due root, while the clocks are 60.001 s apart", () => due({ skewMs: 60_001 })],
  ["the finding clock", "with a due root, while this clock is 60.001 s ahead", () => due({ skewMs: -60_001 })],
  [
    "the finding clock",
    "whose root went out of use, while the clocks are 60.001 s apart",
    () => ({ ...UNUSED, skewMs: 60_001 }),
  ],
  ["try-canary root 0", "with a due root, while the clocks are 60 s apart", () => due({ skewMs: 60_000 })],
  ["nothing", "whose roots are all wanted, while the clocks are an hour apart", () => ({ skewMs: 3_600_000 })],
  ["nothing", "whose root went out of use, while the goal is frozen", () => ({ ...UNUSED, goal: { frozen: FROZEN } })],
  [
    "soak for 0 ms",
    "with a due root, while the goal is frozen",
    () => due({ goal: { frozen: FROZEN }, test: bed.test([0]) }),
  ],
  ["nothing", "with system trust", () => ({ pins: "system", live: [] })],
  [
    "the finding address-silent",
    "with system trust, while one address is silent",
    () => ({ pins: "system", live: [], atOld: [0, "timed out"] }),
  ],
  [
    "remember",
    "with system trust that still remembers a soak",
    () => ({ pins: "system", live: [], state: soaking({ 1: 1 }) }),
  ],
  ["remember", "whose announcement is new", () => ({ goal: { announced: { seq: 4, hash: "sha256:b" } } })],
  [
    "nothing",
    "whose announcement is remembered",
    () => ({
      goal: { announced: { seq: 4, hash: "sha256:b" } },
      state: { announcement: { seq: 4, hash: "sha256:b" } },
    }),
  ],
  [
    "remember",
    "whose announcement has other content under the same number",
    () => ({
      goal: { announced: { seq: 4, hash: "sha256:b" } },
      state: { announcement: { seq: 4, hash: "sha256:a" } },
    }),
  ],
])("soakTarget plans %s for a target %s", (plans, _, given) => {
  expect(inWords(plan(given()))).toBe(plans);
});

describe("soakTarget", () => {
  const memory: TargetState = {
    base: OLD,
    announcement: { seq: 3, hash: "sha256:a" },
    reverted: { times: 1, since: 5 },
    failingOpen: { since: 6, webhooks: ["hook-0"] },
  };
  const written = (given: PlanCase) => {
    const step = plan(given);
    if (!("write" in step)) throw new Error("no write");
    return step.write;
  };

  it.each<[what: string, given: () => PlanCase, expected: () => TargetState]>([
    [
      "the phase soaking and the present time, when a root goes out of use",
      () => ({ ...UNUSED, state: memory }),
      () => ({ ...memory, ...soaking({ 1: 0 }) }),
    ],
    [
      "the time of each root, when a second root goes out of use",
      () => ({ ...UNUSED, live: [0, 1, 2], state: { ...memory, ...soaking({ 1: 4_000 }) } }),
      () => ({ ...memory, ...soaking({ 1: 4_000, 2: 0 }) }),
    ],
    [
      "no phase and no time, when a root comes into use again",
      () => ({ ...UNUSED, atOld: [0, 1], state: { ...memory, ...soaking({ 1: 4_000 }) } }),
      () => memory,
    ],
    [
      "what another writer put there and stays",
      () => ({ state: { ...memory, bundleHash: bed.hash(1) } }),
      () => ({ ...memory, bundleHash: bed.hash(0) }),
    ],
    [
      "the announcement that the goal follows",
      () => ({ goal: { announced: { seq: 4, hash: "sha256:b" } }, state: memory }),
      () => ({ ...memory, announcement: { seq: 4, hash: "sha256:b" } }),
    ],
  ])("remembers %s, and changes no webhook", (_, given, expected) => {
    const { target, hooks, state } = written(given());
    expect(state).toEqual(expected());
    expect(hooks).toEqual(target.hooks);
  });

  it("narrows with a snapshot, the hash of the remaining roots and the soak of the other root", () => {
    const before = { ...memory, ...soaking({ 1: SOAK_MS, 2: 1_000 }) };
    const { hooks, state } = written({ pins: [0], live: [0, 1, 2], state: before, test: bed.test([0, 2]) });
    expect(hooks).toEqual(bed.hooks([0, 2]));
    expect(state).toEqual({
      ...memory,
      phase: "narrowing",
      since: bed.now,
      snapshot: bed.hooks([0, 1, 2]),
      bundleHash: bed.hash(0, 2),
      unusedSince: { [bed.fingerprint(2)]: bed.now - 1_000 },
    });
  });

  it.each([
    ["behind", 90_000],
    ["ahead of", -90_000],
  ])("says that this clock is 90 s %s the API server's", (way, skewMs) => {
    const message = `this clock is 90 s ${way} the API server's: no soak can be measured, and no root is removed`;
    expect(plan({ ...UNUSED, skewMs })).toEqual({ findings: [{ code: "clock", about: "", message }] });
  });

  it("names the silent address and its error", () => {
    const message = "192.0.2.2: timed out; no root is removed";
    expect(plan({ atOld: [0, "timed out"] })).toEqual({
      findings: [{ code: "address-silent", about: OLD, message }],
    });
  });
});
