import { beforeAll, describe, expect, it } from "vitest";
import { rewriteTarget } from "../../../src/sync/plan/rewriteTarget.ts";
import type { TargetStep } from "../../../src/sync/plan/Step.ts";
import type { Hook } from "../../../src/sync/target/Hook.ts";
import type { TargetState } from "../../../src/sync/target/TargetState.ts";
import { encodeBundle } from "../../../src/trust/bundle.ts";
import { makeCas, NEW, OLD } from "../SyncWorld.ts";
import { PlanBed, type PlanCase, SOAK_MS, subjectsIn } from "./PlanBed.ts";

const HOUR_MS = 3_600_000;
const FROZEN = { code: "announcement-unavailable", about: "", message: "no answer" } as const;

let bed: PlanBed;
beforeAll(async () => {
  bed = new PlanBed(await makeCas(4));
});

function plan(given: PlanCase): TargetStep | undefined {
  const { target, observation, goal } = bed.input(given);
  return rewriteTarget(target, observation, goal);
}

/** A planned step in words: its kind, the CAs and the base URL; or the codes of its findings. */
function inWords(step: TargetStep | undefined): string {
  if (step === undefined) return "nothing";
  if ("findings" in step)
    return step.findings.map(({ code, about }) => `the finding ${code} about ${about}`).join(", ") || "no finding";
  if (!("kind" in step)) return "notes";
  if (step.kind === "try-canary")
    return `try-canary ${subjectsIn(encodeBundle(step.roots)).join(" + ") || "system"} at ${step.base}`;
  if (!("write" in step)) return step.kind;
  const [hook] = step.write.hooks;
  return `${step.kind} ${subjectsIn(hook?.bundle ?? "").join(" + ") || "system"} at ${new URL(hook?.url ?? "").origin}`;
}

function stateOf(step: TargetStep | undefined): TargetState {
  if (step === undefined || !("write" in step)) throw new Error("no write");
  return step.write.state;
}

const ABOUT = "ValidatingWebhookConfiguration/g";
const FIGHT = { code: "fight", about: ABOUT, message: expect.stringContaining("postern.dev/sync-reverted") };
const MISSING: PlanCase = { pins: [0, 1] };
const TO_NEW: PlanCase = { goal: { url: NEW } };
const apart = (hooks: readonly Hook[]): readonly Hook[] => [...hooks.slice(0, 1), ...bed.hooks([0], NEW).slice(1)];

it.each<[plans: string, whose: string, given: () => PlanCase]>([
  ["nothing", "that has the wanted root and URL", () => ({})],
  ["nothing", "that has more roots than wanted", () => ({ pins: [0], live: [0, 1] })],
  [`try-canary root 0 + root 1 at ${OLD}`, "whose bundle lacks a root", () => MISSING],
  [
    `try-canary root 0 + root 1 + root 2 at ${OLD}`,
    "whose bundle lacks a root and has an unwanted one",
    () => ({ pins: [0, 1], live: [0, 2] }),
  ],
  [
    `widen root 0 + root 1 at ${OLD}`,
    "whose bundle lacks a root, after a passed test",
    () => ({ ...MISSING, test: bed.test([0, 1]) }),
  ],
  [
    `the finding canary-failed about ${ABOUT}`,
    "whose bundle lacks a root, after a failed test",
    () => ({ ...MISSING, test: bed.test([0, 1], { result: "failed" }) }),
  ],
  [
    `the finding canary-unknown about ${ABOUT}`,
    "whose bundle lacks a root, after a test without a result",
    () => ({ ...MISSING, test: bed.test([0, 1], { result: "unknown" }) }),
  ],
  [
    `widen root 0 at ${OLD}`,
    "whose bundle contains text between its certificates",
    () => ({
      hooks: (hooks) => hooks.map((hook) => ({ ...hook, bundle: `${hook.bundle}text\n` })),
      test: bed.test([0]),
    }),
  ],
  [
    `widen root 0 + root 1 at ${OLD}`,
    "whose webhooks have different bundles",
    () => ({
      hooks: (hooks) => [...hooks.slice(0, 1), ...bed.hooks([1]).slice(1)],
      test: bed.test([0, 1]),
    }),
  ],
  [`try-canary root 0 at ${NEW}`, "at another URL", () => TO_NEW],
  [
    `switch-url root 0 at ${NEW}`,
    "at another URL, after a passed test",
    () => ({ ...TO_NEW, test: bed.test([0], { base: NEW }) }),
  ],
  [
    `try-canary root 0 + root 1 at ${OLD}`,
    "that lacks a root and is at another URL, while the old endpoint verifies",
    () => ({ ...TO_NEW, ...MISSING, atNew: [1] }),
  ],
  [
    `try-canary root 0 + root 1 at ${NEW}`,
    "that lacks a root and is at another URL, while the old endpoint does not answer",
    () => ({ ...TO_NEW, ...MISSING, atOld: ["refused"], atNew: [1] }),
  ],
  [
    `switch-url root 0 + root 1 at ${NEW}`,
    "that lacks a root and is at another URL, after a passed test of both",
    () => ({ ...TO_NEW, ...MISSING, atOld: [3], atNew: [1], test: bed.test([0, 1], { base: NEW }) }),
  ],
  [`try-canary system at ${OLD}`, "that is to trust the roots of the host", () => ({ pins: "system" })],
  [
    `switch-url system at ${NEW}`,
    "that is to trust the roots of the host at another URL, after a passed test",
    () => ({ ...TO_NEW, pins: "system", test: bed.test([], { base: NEW }) }),
  ],
  [
    `the finding unanchored about ${OLD}`,
    "whose endpoint serves a chain of an unwanted CA",
    () => ({ ...MISSING, atOld: [0, 3] }),
  ],
  [
    `the finding unanchored about ${OLD}`,
    "that is in step, whose endpoint serves a chain of an unwanted CA",
    () => ({ atOld: [3] }),
  ],
  [
    `the finding unreachable about ${NEW}`,
    "whose new endpoint does not answer",
    () => ({ ...TO_NEW, atNew: ["refused"] }),
  ],
  [`the finding not-the-gates about ${ABOUT}`, "whose webhooks have two URLs", () => ({ hooks: apart })],
  [
    "no finding",
    "whose webhooks have two URLs, while the goal is frozen",
    () => ({ hooks: apart, goal: { frozen: FROZEN } }),
  ],
  [
    `switch-url root 0 at ${NEW}`,
    "whose webhooks have two URLs, when the goal names one of them",
    () => ({ ...TO_NEW, hooks: apart, test: bed.test([0], { base: NEW }) }),
  ],
  [
    `widen root 0 + root 1 at ${OLD}`,
    "whose bundle lacks a root of the config, while the goal is frozen",
    () => ({ ...MISSING, goal: { frozen: FROZEN }, test: bed.test([0, 1]) }),
  ],
])("rewriteTarget plans %s for a target %s", (plans, _, given) => {
  const step = plan(given());
  expect(inWords(step)).toBe(plans);
  // All webhooks get the same values.
  if (step !== undefined && "write" in step) {
    expect(new Set(step.write.hooks.map(({ bundle }) => bundle)).size).toBe(1);
    const paths = step.write.hooks.map(({ url }) => new URL(url).pathname);
    expect(paths).toEqual(["/c/prod/validate/a", "/c/prod/validate/b"]);
  }
});

describe("rewriteTarget, when another writer removed a root that the sync wrote,", () => {
  /** The state after a confirmed write of CA 0 and CA 1. The bundle has only CA 0 again. */
  const reverted = (times?: number, sinceMs = 0): PlanCase => ({
    ...MISSING,
    state: {
      bundleHash: bed.hash(0, 1),
      base: OLD,
      ...(times === undefined ? {} : { reverted: { times, since: bed.now - sinceMs } }),
    },
    test: bed.test([0, 1]),
  });

  it.each<[does: string, what: string, given: () => PlanCase, counted: object | undefined]>([
    ["writes and counts it", "for the first time", () => reverted(), { times: 1 }],
    ["does not write", "for the second time", () => reverted(1, 1_000), undefined],
    ["does not write", "for the second time in just an hour", () => reverted(1, HOUR_MS), undefined],
    ["counts from 1 again", "after more than an hour", () => reverted(1, HOUR_MS + 1), { times: 1 }],
    ["counts from 1 again", "after a fight of more than an hour ago", () => reverted(2, HOUR_MS + 1), { times: 1 }],
    [
      "does not write",
      "within a soak of two hours",
      () => ({ ...reverted(1, HOUR_MS + 1), goal: { soakMs: 2 * HOUR_MS } }),
      undefined,
    ],
    [
      "counts nothing",
      "before the sync wrote anything",
      () => ({ ...MISSING, test: bed.test([0, 1]) }),
      { times: undefined },
    ],
  ])("%s %s", (_does, _what, given, counted) => {
    const step = plan(given());
    if (counted === undefined) expect(step).toMatchObject({ findings: [FIGHT] });
    else {
      const { reverted } = stateOf(step);
      expect({ times: reverted?.times }).toEqual(counted);
      if (reverted !== undefined) expect(reverted.since).toBe(bed.now);
    }
  });

  it("does not count a change of the goal as a change by another writer", () => {
    const state = { bundleHash: bed.hash(0), base: OLD, reverted: { times: 1, since: bed.now } };
    const step = plan({ ...MISSING, state, test: bed.test([0, 1]) });
    expect(step).toMatchObject({ kind: "widen", write: { state: { reverted: state.reverted } } });
  });
});

describe("rewriteTarget writes a state", () => {
  const memory: TargetState = {
    unusedSince: { ["a".repeat(64)]: 7 },
    announcement: { seq: 3, hash: "sha256:a" },
    failingOpen: { since: 6, webhooks: ["hook-0"] },
  };

  it.each<[what: string, given: () => PlanCase, expected: () => TargetState]>([
    [
      "with the phase widening, the snapshot and what was remembered, when it adds roots",
      () => ({ ...MISSING, state: memory, test: bed.test([0, 1]) }),
      () => ({ ...memory, phase: "widening", bundleHash: bed.hash(0, 1), base: OLD }),
    ],
    [
      "with the phase switching and the new URL, when it changes the URL",
      () => ({ ...TO_NEW, state: memory, test: bed.test([0], { base: NEW }) }),
      () => ({ ...memory, phase: "switching", bundleHash: bed.hash(0), base: NEW }),
    ],
    [
      "without unused roots, when the bundle becomes empty",
      () => ({ pins: "system", state: memory, test: bed.test([]) }),
      () => {
        const { unusedSince: _, ...rest } = memory;
        return { ...rest, phase: "widening", bundleHash: "system", base: OLD };
      },
    ],
    [
      "with the announcement that the goal follows",
      () => ({
        ...MISSING,
        state: memory,
        goal: { announced: { seq: 4, hash: "sha256:b" } },
        test: bed.test([0, 1]),
      }),
      () => ({
        ...memory,
        phase: "widening",
        bundleHash: bed.hash(0, 1),
        base: OLD,
        announcement: { seq: 4, hash: "sha256:b" },
      }),
    ],
  ])("%s", (_, given, expected) => {
    const step = plan({ ...given(), goal: { soakMs: SOAK_MS, ...given().goal } });
    expect(stateOf(step)).toEqual({ ...expected(), since: bed.now, snapshot: bed.hooks([0]) });
  });
});
