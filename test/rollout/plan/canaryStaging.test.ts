import { describe, expect, it } from "vitest";
import {
  CANARY_READY_SECONDS,
  canaryStaging,
  originalStaging,
  orphanStaging,
  widerStaging,
} from "../../../src/rollout/plan/canaryStaging.ts";
import type { Portion } from "../../../src/rollout/RolloutSettings.ts";
import type { RolloutState, Staging } from "../../../src/rollout/workload/RolloutState.ts";
import type { WorkloadKind } from "../../../src/rollout/workload/WorkloadRef.ts";
import type { WorkloadView } from "../../../src/rollout/workload/WorkloadView.ts";
import { RolloutWorld } from "../RolloutWorld.ts";

type Of<K extends WorkloadKind> = Extract<Staging, { kind: K }>;

const deployment = (more: Partial<Of<"Deployment">> = {}): Of<"Deployment"> => ({
  kind: "Deployment",
  maxSurge: "30%",
  maxUnavailable: 1,
  minReadySeconds: 5,
  progressDeadlineSeconds: 300,
  ...more,
});
const statefulSet = (partition: number | null): Of<"StatefulSet"> => ({ kind: "StatefulSet", partition });
const daemonSet = (more: Partial<Of<"DaemonSet">> = {}): Of<"DaemonSet"> => ({
  kind: "DaemonSet",
  type: "RollingUpdate",
  maxSurge: 0,
  maxUnavailable: 2,
  ...more,
});
const ON_DELETE = daemonSet({ type: "OnDelete", maxSurge: null, maxUnavailable: null });
/** A Deployment during a canary of some Pods. */
const staged = (maxSurge: number, more: Partial<Of<"Deployment">> = {}): Of<"Deployment"> => ({
  kind: "Deployment",
  maxSurge,
  maxUnavailable: 0,
  minReadySeconds: CANARY_READY_SECONDS,
  // The largest value of an int32, which disables the deadline.
  progressDeadlineSeconds: 2_147_483_647,
  ...more,
});

/** A workload with this staging. */
const workload = (staging: Staging, pods = 4): WorkloadView => ({
  ...new RolloutWorld(staging.kind, pods).view(),
  staging,
});
type Stagings = Pick<RolloutState, "canary" | "before">;
const MARKS = { revision: "1", serial: "a1", request: null };
const state = (canary: Staging | null, before: Staging | null): Stagings => ({
  canary,
  before: { marks: MARKS, staging: before },
});

it("CANARY_READY_SECONDS is longer than the longest rollout and fits into an int32", () => {
  expect(CANARY_READY_SECONDS).toBeGreaterThan(86_400);
  expect(CANARY_READY_SECONDS).toBeLessThan(2 ** 31);
});

it.each<[what: string, original: Staging, canary: number, pods: number, expected: Staging]>([
  ["creates 2 Pods of a Deployment that never become available", deployment(), 2, 4, staged(2)],
  ["replaces the last of 4 Pods of a StatefulSet", statefulSet(0), 1, 4, statefulSet(3)],
  ["replaces the last 3 of 4 Pods of a StatefulSet without a partition", statefulSet(null), 3, 4, statefulSet(1)],
  ["replaces all Pods of a StatefulSet when the canary has all", statefulSet(0), 4, 4, statefulSet(0)],
  ["keeps a partition that is above the canary's", statefulSet(3), 2, 4, statefulSet(3)],
  ["raises a partition that is below the canary's", statefulSet(1), 1, 4, statefulSet(3)],
  ["replaces only deleted Pods of a DaemonSet", daemonSet(), 2, 4, ON_DELETE],
])("canaryStaging %s", (_, original, canary, pods, expected) => {
  expect(canaryStaging(original, canary, pods)).toEqual(expected);
});

const HALF: Portion = { percent: 50 };
it.each<[what: string, view: WorkloadView, stagings: Stagings, portion: Portion, expected: Staging | undefined]>([
  [
    "creates more Pods of a Deployment that was scaled up",
    workload(staged(2), 8),
    state(staged(2), deployment()),
    HALF,
    staged(4),
  ],
  [
    "lowers the partition of a StatefulSet that was scaled down to its canary",
    workload(statefulSet(4), 4),
    state(statefulSet(4), statefulSet(0)),
    HALF,
    statefulSet(2),
  ],
  ["changes nothing at the same size", workload(staged(2)), state(staged(2), deployment()), HALF, undefined],
  [
    "changes nothing of a Deployment that was scaled down",
    workload(staged(4)),
    state(staged(4), deployment()),
    HALF,
    undefined,
  ],
  [
    "changes nothing of a Deployment whose canary is a number of Pods",
    workload(staged(2), 8),
    state(staged(2), deployment()),
    { pods: 2 },
    undefined,
  ],
  [
    "changes nothing of a StatefulSet that was scaled up, because its new Pods are canary Pods",
    workload(statefulSet(2), 8),
    state(statefulSet(2), statefulSet(0)),
    HALF,
    undefined,
  ],
  [
    "never lowers a partition below the original one",
    workload(statefulSet(4), 4),
    state(statefulSet(4), statefulSet(3)),
    HALF,
    statefulSet(3),
  ],
  ["changes nothing of a DaemonSet", workload(ON_DELETE, 8), state(ON_DELETE, daemonSet()), HALF, undefined],
  [
    "changes nothing when another client changed maxSurge",
    workload(staged(1), 8),
    state(staged(2), deployment()),
    HALF,
    undefined,
  ],
  [
    "changes nothing when another client changed minReadySeconds",
    workload({ ...staged(2), minReadySeconds: 9 }, 8),
    state(staged(2), deployment()),
    HALF,
    undefined,
  ],
  [
    "changes nothing when another client changed maxUnavailable",
    workload({ ...staged(2), maxUnavailable: 1 }, 8),
    state(staged(2), deployment()),
    HALF,
    undefined,
  ],
  [
    "changes nothing when another client changed progressDeadlineSeconds",
    workload({ ...staged(2), progressDeadlineSeconds: 60 }, 8),
    state(staged(2), deployment()),
    HALF,
    undefined,
  ],
  [
    "changes nothing when another client changed the partition",
    workload(statefulSet(3), 4),
    state(statefulSet(4), statefulSet(0)),
    HALF,
    undefined,
  ],
  ["changes nothing without a canary", workload(deployment(), 8), state(null, deployment()), HALF, undefined],
])("widerStaging %s", (_, view, stagings, portion, expected) => {
  expect(widerStaging(view, stagings, portion)).toEqual(expected);
});

it.each<[what: string, live: Staging, stagings: Stagings, expected: Staging | undefined]>([
  ["restores all fields of a Deployment", staged(2), state(staged(2), deployment()), deployment()],
  [
    "removes fields of a Deployment that were not set before",
    staged(2),
    state(staged(2), deployment({ maxSurge: null, minReadySeconds: null })),
    deployment({ maxSurge: null, minReadySeconds: null }),
  ],
  [
    "keeps the field of a Deployment that another client changed",
    staged(2, { progressDeadlineSeconds: 60 }),
    state(staged(2), deployment()),
    deployment({ progressDeadlineSeconds: 60 }),
  ],
  ["restores the partition of a StatefulSet", statefulSet(3), state(statefulSet(3), statefulSet(1)), statefulSet(1)],
  [
    "keeps the partition of a StatefulSet that another client changed",
    statefulSet(2),
    state(statefulSet(3), statefulSet(1)),
    undefined,
  ],
  ["restores the strategy of a DaemonSet", ON_DELETE, state(ON_DELETE, daemonSet()), daemonSet()],
  [
    "keeps the strategy of a DaemonSet that another client changed",
    daemonSet({ maxUnavailable: 5 }),
    state(ON_DELETE, daemonSet()),
    undefined,
  ],
  [
    "writes the API server's defaults to a Deployment whose original staging is not known",
    staged(2),
    state(staged(2), null),
    deployment({ maxSurge: "25%", maxUnavailable: "25%", minReadySeconds: null, progressDeadlineSeconds: 600 }),
  ],
  [
    "writes the API server's default to a StatefulSet whose original staging is not known",
    statefulSet(3),
    state(statefulSet(3), null),
    statefulSet(0),
  ],
  [
    "writes the API server's defaults to a DaemonSet whose original staging is not known",
    ON_DELETE,
    state(ON_DELETE, null),
    daemonSet({ maxSurge: 0, maxUnavailable: 1 }),
  ],
  ["restores nothing without a canary", deployment(), state(null, deployment()), undefined],
])("originalStaging %s", (_, live, stagings, expected) => {
  expect(originalStaging(workload(live), stagings)).toEqual(expected);
});

describe("orphanStaging", () => {
  /** The state that `kubectl rollout undo` wrote back. */
  const undone = (before: Staging | null): RolloutState => ({
    ...state(null, before),
    certificate: "gate-tls",
    revision: 1,
    serial: "a1",
    request: null,
    phase: "done",
    policy: "canary",
    started: 1,
    since: 2,
    timeoutMs: 60_000,
    superseded: null,
    reason: null,
    message: null,
  });
  const DEFAULTS = deployment({
    maxSurge: "25%",
    maxUnavailable: "25%",
    minReadySeconds: null,
    progressDeadlineSeconds: 600,
  });

  it.each<[what: string, live: Staging, stored: RolloutState | undefined, expected: Staging | undefined]>([
    ["restores the staging of the state that was written back", staged(2), undone(deployment()), deployment()],
    ["writes the API server's defaults without a state", staged(2), undefined, DEFAULTS],
    ["writes the API server's defaults when the state has no staging", staged(2), undone(null), DEFAULTS],
    ["writes the API server's defaults when the state has that of a canary", staged(2), undone(staged(1)), DEFAULTS],
    ["restores nothing of a Deployment without a canary's staging", deployment(), undone(deployment()), undefined],
    ["restores nothing of a StatefulSet", statefulSet(3), undone(statefulSet(0)), undefined],
    ["restores nothing of a DaemonSet", ON_DELETE, undone(daemonSet()), undefined],
  ])("%s", (_, live, stored, expected) => {
    expect(orphanStaging({ ...workload(live), state: stored })).toEqual(expected);
  });
});
