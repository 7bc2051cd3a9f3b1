import { beforeAll, describe, expect, it } from "vitest";
import { confirmTarget } from "../../../src/sync/plan/confirmTarget.ts";
import type { TargetState } from "../../../src/sync/target/TargetState.ts";
import { makeCas, NEW, OLD } from "../SyncWorld.ts";
import { asConversion, PlanBed, type PlanCase, subjectsIn } from "./PlanBed.ts";

let bed: PlanBed;
beforeAll(async () => {
  bed = new PlanBed(await makeCas(4));
});

/** The state five seconds after a write of CA 0 and CA 1 to a bundle of CA 0. */
const widened = (more: TargetState = {}): TargetState => ({
  phase: "widening",
  since: bed.now - 5_000,
  snapshot: bed.hooks([0]),
  bundleHash: bed.hash(0, 1),
  base: OLD,
  ...more,
});
/** That state after a write that removed CA 0. The snapshot has both CAs. */
const narrowed = (more: TargetState = {}): TargetState =>
  widened({ phase: "narrowing", snapshot: bed.hooks([0, 1]), bundleHash: bed.hash(1), ...more });
/** That state after a write that changed the URL. The snapshot has the old URL. */
const switched = (): TargetState =>
  widened({ phase: "switching", snapshot: bed.hooks([0]), bundleHash: bed.hash(0), base: NEW });

const WIDE: PlanCase = { pins: [0, 1], live: [0, 1] };
const NARROW: PlanCase = { pins: [1], live: [1], atOld: [1, 1] };
const SWITCHED: PlanCase = { hooks: () => bed.hooks([0], NEW) };

/** The kind of the planned step, or the codes of the findings; no step when neither the write nor its snapshot is accepted. */
function planned(given: PlanCase): string {
  const { target, observation, goal } = bed.input(given);
  const step = confirmTarget(target, observation, goal);
  if (step === undefined) return "nothing";
  if ("kind" in step) return step.kind;
  const codes = "findings" in step ? step.findings.map(({ code }) => code).join(", ") : "notes";
  return "isStuck" in step ? `no step, with the findings ${codes},` : `the finding ${codes}`;
}

it.each<[plans: string, whose: string, given: () => PlanCase]>([
  ["nothing", "that was never written", () => WIDE],
  [
    "nothing",
    "whose last write is confirmed and that soaks",
    () => ({ ...WIDE, state: widened({ phase: "soaking" }) }),
  ],
  ["nothing", "whose bundle another client changed since", () => ({ ...WIDE, live: [0, 2], state: widened() })],
  [
    "nothing",
    "whose URL another client changed since",
    () => ({ ...WIDE, hooks: () => bed.hooks([0, 1], NEW), state: widened() }),
  ],
  [
    "nothing",
    "of which another client changed the URL of one webhook since",
    () => ({
      ...WIDE,
      hooks: ([first]) => [...(first === undefined ? [] : [first]), ...bed.hooks([0, 1], NEW).slice(1)],
      state: widened(),
    }),
  ],
  ["try-canary", "that was not tested in this run", () => ({ ...WIDE, state: widened() })],
  [
    "try-canary",
    "that was tested only before its write",
    () => ({ ...WIDE, state: widened(), test: bed.test([0, 1], { at: bed.now - 6_000 }) }),
  ],
  ["try-canary", "whose snapshot was tested", () => ({ ...WIDE, state: widened(), test: bed.test([0]) })],
  [
    "try-canary",
    "that was tested at another base URL",
    () => ({ ...WIDE, state: widened(), test: bed.test([0, 1], { base: NEW }) }),
  ],
  [
    "the finding canary-unknown",
    "whose test has no result",
    () => ({ ...WIDE, state: widened(), test: bed.test([0, 1], { result: "unknown" }) }),
  ],
  ["confirm", "whose test passed", () => ({ ...WIDE, state: widened(), test: bed.test([0, 1]) })],
  [
    "confirm",
    "whose test passed, after a write by a clock that was ahead",
    () => ({ ...WIDE, state: widened({ since: bed.now + 60_000 }), test: bed.test([0, 1]) }),
  ],
  [
    "rollback",
    "whose test failed, when the snapshot verifies",
    () => ({ ...WIDE, state: widened(), test: bed.test([0, 1], { result: "failed" }) }),
  ],
  [
    "rollback",
    "that refuses the served chain, when the snapshot verifies it",
    () => ({ ...NARROW, atOld: [0, 1], state: narrowed() }),
  ],
  [
    "rollback",
    "whose new endpoint does not answer, when the old one does",
    () => ({ ...SWITCHED, atNew: ["refused"], state: switched() }),
  ],
  [
    "no step, with the findings canary-failed, cannot-roll-back,",
    "whose test failed, when the snapshot refuses the served chain",
    () => ({ ...WIDE, atOld: [1], state: widened(), test: bed.test([0, 1], { result: "failed" }) }),
  ],
  [
    "no step, with the findings unanchored, cannot-roll-back,",
    "that refuses the served chain, when the snapshot refuses it as well",
    () => ({ ...NARROW, atOld: [1, 3], state: narrowed() }),
  ],
  [
    "no step, with the findings unreachable, cannot-roll-back,",
    "whose endpoint does not answer, at the URL of the snapshot",
    () => ({ ...WIDE, atOld: ["refused", "refused"], state: widened() }),
  ],
  [
    "no step, with the findings canary-failed, cannot-roll-back,",
    "whose test failed, without a snapshot",
    () => {
      const { snapshot: _, ...state } = widened();
      return { ...WIDE, state, test: bed.test([0, 1], { result: "failed" }) };
    },
  ],
  [
    "no step, with the findings canary-failed, cannot-roll-back,",
    "whose test failed, with a snapshot of fewer webhooks",
    () => ({
      ...WIDE,
      state: widened({ snapshot: bed.hooks([0]).slice(1) }),
      test: bed.test([0, 1], { result: "failed" }),
    }),
  ],
])("confirmTarget plans %s for a target %s", (plans, _, given) => {
  expect(planned(given())).toBe(plans);
});

describe("confirmTarget", () => {
  const about = { announcement: { seq: 3, hash: "sha256:a" }, reverted: { times: 1, since: 5 } };
  const memory = { ...about, failingOpen: { since: 6, webhooks: ["hook-0"] } };

  it("confirms by forgetting the snapshot, and keeps the webhooks and the rest of the state", () => {
    const unusedSince = { [bed.fingerprint(0)]: 7 };
    const given = { ...WIDE, state: widened({ ...memory, unusedSince }), test: bed.test([0, 1]) };
    const { target, observation, goal } = bed.input(given);
    expect(confirmTarget(target, observation, goal)).toEqual({
      kind: "confirm",
      write: {
        target,
        hooks: target.hooks,
        state: { bundleHash: bed.hash(0, 1), base: OLD, unusedSince, ...memory },
      },
      reason: "widening: the written values are accepted",
    });
  });

  it("rolls back bundles and URLs, and keeps all other fields of the webhooks", () => {
    const snapshot = bed.hooks([0]).map(({ name, url, bundle }) => ({ name, url, bundle }));
    const failOpen = bed.hooks([0, 1], NEW).map((hook) => ({ ...hook, failurePolicy: "Ignore" as const }));
    const given: PlanCase = {
      ...WIDE,
      hooks: () => failOpen,
      atNew: ["refused"],
      state: widened({ ...memory, snapshot, base: NEW, unusedSince: { [bed.fingerprint(0)]: 7 } }),
    };
    const { target, observation, goal } = bed.input(given);
    const step = confirmTarget(target, observation, goal);
    if (step === undefined || !("write" in step)) throw new Error("no write");
    expect(step.kind).toBe("rollback");
    expect(step.write.hooks.map(({ bundle }) => subjectsIn(bundle))).toEqual([["root 0"], ["root 0"]]);
    const expected = bed.hooks([0]).map((hook) => ({ ...hook, failurePolicy: "Ignore" }));
    expect(step.write.hooks).toEqual(expected);
    expect(step.write.state).toEqual({ bundleHash: bed.hash(0), base: OLD, ...memory });
  });

  it("asks the canary for conversions about a CustomResourceDefinition", () => {
    const given = { ...WIDE, state: widened(), test: bed.test([0, 1]) };
    const { target, observation, goal } = asConversion(bed.input(given));
    expect(confirmTarget(target, observation, goal)).toMatchObject({
      kind: "try-canary",
      purpose: "conversions",
      base: OLD,
      roots: expect.arrayContaining([bed.root(0), bed.root(1)]),
    });
    const tested = { ...observation, canaryTest: undefined, conversionTest: bed.test([0, 1]) };
    expect(confirmTarget(target, tested, goal)).toMatchObject({ kind: "confirm" });
  });
});
