import { beforeAll, expect, it } from "vitest";
import { foreignWrites } from "../../../src/sync/plan/foreignWrites.ts";
import { nextStep } from "../../../src/sync/plan/nextStep.ts";
import type { Hook } from "../../../src/sync/target/Hook.ts";
import type { SyncTarget } from "../../../src/sync/target/SyncTarget.ts";
import type { TargetState } from "../../../src/sync/target/TargetState.ts";
import { makeCas, NEW, OLD } from "../SyncWorld.ts";
import { PlanBed, type PlanCase, SOAK_MS } from "./PlanBed.ts";

let bed: PlanBed;
beforeAll(async () => {
  bed = new PlanBed(await makeCas(3));
});

const written = (more: Partial<TargetState> = {}): TargetState => ({ bundleHash: bed.hash(0), base: OLD, ...more });
const first = (change: Partial<Hook>) => (hooks: readonly Hook[]) =>
  hooks.map((hook, index) => (index === 0 ? { ...hook, ...change } : hook));

it.each<[codes: readonly string[], what: string, given: () => PlanCase & { readonly target?: Partial<SyncTarget> }]>([
  [
    [],
    "nothing was ever written, nor recorded at the hand-over",
    () => ({ hooks: first({ bundle: "nonsense" }), target: { handedOver: undefined } }),
  ],
  [[], "the roots of the hand-over are in force", () => ({})],
  [
    ["foreign-values"],
    "a root of the hand-over is missing",
    () => ({ live: [0, 1], hooks: first({ bundle: bed.bundle(0) }) }),
  ],
  [["foreign-values"], "a root came after the hand-over", () => ({ hooks: first({ bundle: bed.bundle(0, 1) }) })],
  [[], "the written values are in force", () => ({ state: written() })],
  [[], "a tool added a webhook without a bundle", () => ({ state: written(), hooks: first({ bundle: "" }) })],
  [["foreign-values"], "a bundle is nonsense", () => ({ state: written(), hooks: first({ bundle: "nonsense" }) })],
  [["foreign-values"], "all bundles are empty", () => ({ state: written(), live: [] })],
  [["foreign-values"], "a bundle has one more root", () => ({ state: written(), live: [0, 1] })],
  [
    ["foreign-values"],
    "a URL is at another place",
    () => ({ state: written(), hooks: first({ url: `${NEW}/c/prod/validate/a` }) }),
  ],
  [
    ["fight"],
    "a bundle is nonsense for the second time",
    () => ({ state: written({ reverted: { times: 1, since: bed.now } }), hooks: first({ bundle: "nonsense" }) }),
  ],
  [
    ["foreign-state"],
    "an annotation has another form",
    () => ({ state: written(), target: { stateFaults: ["since"] } }),
  ],
  [["foreign-state"], "a canary has another annotation", () => ({ target: { isCanary: true, stateFaults: ["x"] } })],
])("foreignWrites reports %s when %s", (codes, _, given) => {
  const { target: change = {}, ...rest } = given();
  const { target, observation, goal } = bed.input(rest);
  const targets = [{ ...target, ...change }];
  expect(foreignWrites({ ...observation, targets }, goal).map(({ code }) => code)).toEqual(codes);
});

it("nextStep replaces foreign annotations first, and reports at the end what was seen", () => {
  const { target, observation, goal } = bed.input({});
  const forged = {
    ...target,
    stateFaults: ["reverted", "x".repeat(300)],
    annotations: { "postern.dev/sync-reverted": "x" },
  };
  const targets = observation.targets.map((it) => (it.name === "g" && it.kind === target.kind ? forged : it));
  const step = nextStep({ ...observation, targets }, goal);
  expect(step).toMatchObject({ kind: "remember", write: { target: forged, hooks: target.hooks, state: {} } });
  const seen = foreignWrites({ ...observation, targets }, goal);
  expect(nextStep({ ...observation, seen }, goal)).toEqual({ kind: "report", findings: seen });
  expect(seen[0]?.message.length).toBeLessThan(200);
});

it.each<[kind: string, what: string, given: () => PlanCase]>([
  ["widen", "keep the API server from the gate", () => ({ live: [1], test: bed.test([0, 1]) })],
  ["widen", "are nonsense", () => ({ hooks: first({ bundle: "nonsense" }), test: bed.test([0]) })],
  ["report", "work all the same", () => ({ pins: [0, 1], live: [0], test: bed.test([0, 1]) })],
  [
    "report",
    "are nonsense a moment after the last write",
    () => ({ hooks: first({ bundle: "nonsense" }), state: { since: bed.now - 59_000 }, test: bed.test([0]) }),
  ],
])("nextStep plans %s in a fight whose values %s", (kind, _, given) => {
  const { state, ...rest } = given();
  const reverted = { times: 2, since: bed.now - SOAK_MS / 2 };
  const { target, observation, goal } = bed.input({
    ...rest,
    state: { bundleHash: bed.hash(2), base: OLD, reverted, ...state },
  });
  const targets = observation.targets.filter(({ isCanary }) => isCanary);
  expect(nextStep({ ...observation, targets: [...targets, target] }, goal).kind).toBe(kind);
});
