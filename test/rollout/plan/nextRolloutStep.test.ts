import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextRolloutStep } from "../../../src/rollout/plan/nextRolloutStep.ts";
import type { PodView } from "../../../src/rollout/workload/PodView.ts";
import { isInFlight } from "../../../src/rollout/workload/RolloutState.ts";
import { WORKLOAD_KINDS } from "../../../src/rollout/workload/WorkloadRef.ts";
import { RolloutWorld, type WorldGoal } from "../RolloutWorld.ts";

const CANARY = { "postern.dev/renewal-policy": "canary", "postern.dev/timeout-seconds": "60" };
const ROLLING = { "postern.dev/timeout-seconds": "60" };
const FIRST: WorldGoal = { revision: 1, serial: "a1", annotations: ROLLING };

/** A workload on which revision 1 is rolled out. */
function settled(kind: (typeof WORKLOAD_KINDS)[number], replicas = 4, spec: object = {}): RolloutWorld {
  const world = new RolloutWorld(kind, replicas, spec);
  world.goal = FIRST;
  world.run();
  world.steps.length = 0;
  return world;
}

const revisions = (world: RolloutWorld): (string | undefined)[] =>
  [...new Set(world.pods.map(({ annotations }) => annotations["postern.dev/certificate-revision"]))].sort();
const strategy = ({ object }: RolloutWorld): unknown => ({
  strategy: object.spec.strategy,
  updateStrategy: object.spec.updateStrategy,
  minReadySeconds: object.spec.minReadySeconds,
  progressDeadlineSeconds: object.spec.progressDeadlineSeconds,
});

describe.each(WORKLOAD_KINDS)("nextRolloutStep for a %s", (kind) => {
  it("rolls it once for a revision, with the serial on each Pod", () => {
    const world = new RolloutWorld(kind, 4);
    world.goal = FIRST;
    expect(world.run()).toEqual({ kind: "in-step" });
    expect(world.steps.filter((step) => step !== "wait")).toEqual(["begin", "finish", "in-step"]);
    expect(world.pods.map(({ annotations }) => annotations["x-certificate-serial"])).toEqual(["a1", "a1", "a1", "a1"]);
    expect(world.run(5)).toEqual({ kind: "in-step" });
  });

  it.each([
    ["1", 1],
    ["2", 2],
    ["50%", 2],
    ["100%", 4],
    ["9", 4],
  ])("replaces no more Pods than a canary of %s (%i) until they serve the certificate", (canary, pods) => {
    const world = settled(kind);
    const before = strategy(world);
    world.goal = { revision: 2, serial: "a2", annotations: { ...CANARY, "postern.dev/canary": canary } };
    world.served = (revision) => (revision === "2" ? "none yet" : "");
    // A failed probe is tolerated for 10 s.
    for (let count = 0; count < 8; count += 1) world.tick();
    const fresh = world.pods.filter(({ annotations }) => annotations["postern.dev/certificate-revision"] === "2");
    expect(fresh.length).toBe(pods);
    expect(world.view().state).toMatchObject({ phase: "canary" });
    world.served = () => "";
    expect(world.run()).toEqual({ kind: "in-step" });
    expect(revisions(world)).toEqual(["2"]);
    expect(world.steps.filter((step) => step !== "wait" && step !== "delete-pod")).toEqual([
      "begin",
      "promote",
      "finish",
      "in-step",
    ]);
    expect(strategy(world)).toEqual(before);
  });

  it.each([
    [
      "serves another certificate",
      (world: RolloutWorld) => (world.served = (it) => (it === "2" ? "bad" : "")),
      "ProbeFailed",
    ],
    ["is never ready", (world: RolloutWorld) => (world.isReadyAt = (it) => it !== "2"), "TimedOut"],
  ])("rolls back when the canary %s, and does not retry before a request", (_, spoil, reason) => {
    const world = settled(kind);
    const before = strategy(world);
    spoil(world);
    world.goal = { revision: 2, serial: "a2", annotations: CANARY };
    expect(world.run()).toMatchObject({ kind: "stuck", reason });
    expect(revisions(world)).toEqual(["1"]);
    expect(strategy(world)).toEqual(before);
    world.steps.length = 0;
    world.run(20);
    expect(world.steps).toEqual(["stuck"]);
    // A manual rollout, and the cause is fixed.
    world.served = () => "";
    world.isReadyAt = () => true;
    world.goal = { ...world.goal, annotations: { ...CANARY, "postern.dev/rollout-request": "again" } };
    expect(world.run()).toEqual({ kind: "in-step" });
    expect(revisions(world)).toEqual(["2"]);
  });

  it.each([
    [2, 6],
    [5, 2],
  ])("does not roll back when it is scaled from %i to %i during its canary", (from, to) => {
    const world = settled(kind, from);
    const before = strategy(world);
    world.goal = { revision: 2, serial: "a2", annotations: { ...CANARY, "postern.dev/canary": "50%" } };
    world.isReadyAt = (revision) => revision !== "2";
    world.tick();
    world.tick();
    world.scale(to);
    world.isReadyAt = () => true;
    expect(world.run()).toEqual({ kind: "in-step" });
    expect(revisions(world)).toEqual(["2"]);
    expect(strategy(world)).toEqual(before);
  });

  it("rolls back when rolling exceeds the timeout", () => {
    const world = settled(kind);
    world.isReadyAt = (revision) => revision !== "2";
    world.goal = { revision: 2, serial: "a2", annotations: ROLLING };
    expect(world.run()).toMatchObject({
      kind: "stuck",
      reason: "TimedOut",
      message: expect.stringContaining("after 60 s"),
    });
    expect(revisions(world)).toEqual(["1"]);
    world.goal = { revision: 3, serial: "a3", annotations: ROLLING };
    expect(world.run()).toEqual({ kind: "in-step" });
    expect(revisions(world)).toEqual(["3"]);
  });

  it("rolls back to the last good revision when another revision replaced an unfinished rollout", () => {
    const world = settled(kind);
    const before = strategy(world);
    world.isReadyAt = (revision) => revision === "1" || revision === undefined;
    world.goal = { revision: 2, serial: "a2", annotations: CANARY };
    for (let count = 0; count < 5; count += 1) world.tick();
    world.goal = { revision: 3, serial: "a3", annotations: ROLLING };
    expect(world.run()).toMatchObject({ kind: "stuck", reason: "TimedOut" });
    expect(revisions(world)).toEqual(["1"]);
    expect(strategy(world)).toEqual(before);
  });

  it("rolls back when the Certificate is deleted during the rollout", () => {
    const world = settled(kind);
    const before = strategy(world);
    world.served = (revision) => (revision === "2" ? "none yet" : "");
    world.goal = { revision: 2, serial: "a2", annotations: CANARY };
    for (let count = 0; count < 4; count += 1) world.tick();
    world.goal = undefined;
    world.run();
    expect(revisions(world)).toEqual(["1"]);
    expect(strategy(world)).toEqual(before);
    expect(world.view().isLabelled).toBe(false);
  });

  it("keeps a template that another client changed during the rollout, and restores the strategy", () => {
    const world = settled(kind);
    const before = strategy(world);
    world.served = (revision) => (revision === "2" ? "none yet" : "");
    world.goal = { revision: 2, serial: "a2", annotations: CANARY };
    for (let count = 0; count < 4; count += 1) world.tick();
    world.object.spec.template.metadata.annotations = { own: "yes" };
    expect(world.run()).toMatchObject({ kind: "stuck", reason: "TakenBack" });
    expect(world.object.spec.template.metadata.annotations).toEqual({ own: "yes" });
    expect(strategy(world)).toEqual(before);
  });

  it("waits while no rollout may begin", () => {
    const world = settled(kind);
    world.goal = { revision: 2, serial: "a2", mayBegin: false };
    expect(world.next()).toEqual({ kind: "wait", message: "the Certificate gate-tls is not ready" });
  });

  it("finishes without waiting when it has no Pods", () => {
    const world = settled(kind, 0);
    world.goal = { revision: 2, serial: "a2", annotations: CANARY };
    expect(world.run()).toEqual({ kind: "in-step" });
    expect(world.view().state).toMatchObject({ phase: "done", revision: 2 });
  });

  it("ends with one revision and the original strategy after any sequence of events", () => {
    const goal = fc.record({
      revision: fc.integer({ min: 1, max: 6 }),
      canary: fc.boolean(),
      request: fc.option(fc.constantFrom("x", "y"), { nil: undefined }),
    });
    const event = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ type: fc.constant("ticks" as const), count: fc.integer({ min: 1, max: 12 }) }),
      },
      { weight: 2, arbitrary: fc.record({ type: fc.constant("goal" as const), goal }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant("gone" as const) }) },
      {
        weight: 1,
        arbitrary: fc.record({ type: fc.constant("broken" as const), revision: fc.integer({ min: 1, max: 6 }) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ type: fc.constant("wrong" as const), revision: fc.integer({ min: 1, max: 6 }) }),
      },
      { weight: 1, arbitrary: fc.record({ type: fc.constant("late" as const) }) },
    );
    const toGoal = ({
      revision,
      canary,
      request,
    }: {
      revision: number;
      canary: boolean;
      request: string | undefined;
    }): WorldGoal => ({
      revision,
      serial: `a${revision}`,
      annotations: {
        ...(canary ? CANARY : ROLLING),
        ...(request === undefined ? {} : { "postern.dev/rollout-request": request }),
      },
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 25 }), fc.integer({ min: 1, max: 5 }), (events, replicas) => {
        const world = settled(kind, replicas);
        const before = strategy(world);
        const broken = new Set<string>();
        const wrong = new Set<string>();
        world.isReadyAt = (revision) => !broken.has(revision ?? "");
        world.served = (revision) => (wrong.has(revision ?? "") ? "bad" : "");
        for (const it of events) {
          if (it.type === "ticks") for (let count = 0; count < it.count; count += 1) world.tick();
          if (it.type === "goal") world.goal = toGoal(it.goal);
          if (it.type === "gone") world.goal = undefined;
          // Pods of a serving revision stay ready, or a rollback could not succeed.
          if (it.type === "broken" && !revisions(world).includes(String(it.revision))) broken.add(String(it.revision));
          if (it.type === "wrong") wrong.add(String(it.revision));
          if (it.type === "late") world.now += 120_000;
          const state = world.view().state;
          if (!isInFlight(state)) expect(strategy(world)).toEqual(before);
        }
        broken.clear();
        world.run(400);
        const { state, isLabelled } = world.view();
        expect(isInFlight(state)).toBe(false);
        expect(isLabelled).toBe(false);
        expect(strategy(world)).toEqual(before);
        expect(revisions(world).length).toBe(1);
        if (state?.phase === "done" && world.goal !== undefined)
          expect(revisions(world)).toEqual([String(world.goal.revision)]);
      }),
      { numRuns: 300 },
    );
  });
});

it("nextRolloutStep restores the strategy of a Deployment after kubectl rollout undo wrote an old state back", () => {
  const world = settled("Deployment");
  const before = strategy(world);
  const { annotations } = structuredClone(world.object.metadata);
  const { template } = structuredClone(world.object.spec);
  world.served = (revision) => (revision === "2" ? "none yet" : "");
  world.goal = { revision: 2, serial: "a2", annotations: CANARY };
  for (let count = 0; count < 4; count += 1) world.tick();
  // `kubectl rollout undo` restores the template and the annotations of the previous ReplicaSet.
  world.object.metadata.annotations = annotations;
  world.object.spec.template = template;
  expect(world.next()).toMatchObject({ kind: "restore" });
  world.served = () => "";
  expect(world.run()).toEqual({ kind: "in-step" });
  expect(strategy(world)).toEqual(before);
});

it.each([
  ["is paused", "Deployment", { paused: true }, ROLLING, "it is paused"],
  ["has the strategy Recreate and a canary", "Deployment", { strategy: { type: "Recreate" } }, CANARY, "Recreate"],
  ["has the update strategy OnDelete", "StatefulSet", { updateStrategy: { type: "OnDelete" } }, ROLLING, "OnDelete"],
  [
    "has a partition that covers all Pods",
    "StatefulSet",
    { updateStrategy: { rollingUpdate: { partition: 2 } } },
    ROLLING,
    "partition 2",
  ],
  ["has the update strategy OnDelete", "DaemonSet", { updateStrategy: { type: "OnDelete" } }, CANARY, "OnDelete"],
] as const)(
  "nextRolloutStep is stuck and names the reason when a workload %s (%s)",
  (_, kind, spec, annotations, reason) => {
    const world = new RolloutWorld(kind, 2, spec);
    world.goal = { revision: 1, serial: "a1", annotations };
    expect(world.next()).toMatchObject({
      kind: "stuck",
      reason: "CannotRoll",
      message: expect.stringContaining(reason),
    });
  },
);

it("nextRolloutStep begins the first rollout of a DaemonSet without a canary, and the next ones with one", () => {
  const world = new RolloutWorld("DaemonSet", 3);
  world.goal = { ...FIRST, annotations: CANARY };
  expect(world.run()).toEqual({ kind: "in-step" });
  expect(world.steps).not.toContain("delete-pod");
  world.goal = { revision: 2, serial: "a2", annotations: CANARY };
  expect(world.run()).toEqual({ kind: "in-step" });
  expect(world.steps).toContain("delete-pod");
});

it("nextRolloutStep begins with a canary when the template of a DaemonSet has marks from its owner", () => {
  const annotations = { "postern.dev/certificate-revision": "0" };
  const world = new RolloutWorld("DaemonSet", 3, { template: { metadata: { labels: { app: "gate" }, annotations } } });
  world.goal = { ...FIRST, annotations: CANARY };
  expect(world.next()).toMatchObject({ kind: "begin", state: { phase: "canary" } });
});

it("nextRolloutStep rolls a DaemonSet back when its canary Pods cannot be deleted in time", () => {
  const world = settled("DaemonSet");
  world.goal = { revision: 2, serial: "a2", annotations: CANARY };
  world.tick();
  expect(world.next()).toMatchObject({ kind: "delete-pod" });
  world.now += 61_000;
  expect(world.next()).toMatchObject({ kind: "roll-back", state: { reason: "TimedOut" } });
});

it.each([
  ["a year", 31_536_000_000],
  ["ten minutes", 600_000],
])("nextRolloutStep rolls back a canary whose state claims to begin in %s", (_, aheadMs) => {
  const world = settled("Deployment");
  world.served = () => "none yet";
  world.goal = { revision: 2, serial: "a2", annotations: CANARY };
  world.tick();
  const { annotations } = world.object.metadata;
  const state = JSON.parse(annotations["postern.dev/rollout-state"]);
  const forged = { ...state, started: world.now + aheadMs, since: world.now + aheadMs };
  annotations["postern.dev/rollout-state"] = JSON.stringify(forged);
  world.tick();
  expect(world.view().state).toMatchObject({ phase: "rolling-back", reason: "TimedOut" });
});

it("nextRolloutStep deletes no Pod of a StatefulSet below the user's partition", () => {
  const world = new RolloutWorld("StatefulSet", 2, { updateStrategy: { rollingUpdate: { partition: 1 } } });
  world.goal = FIRST;
  world.run();
  world.isReadyAt = () => false;
  world.goal = { revision: 2, serial: "a2", annotations: ROLLING };
  world.tick();
  world.tick(120_000);
  const workload = world.view();
  expect(workload.state).toMatchObject({ phase: "rolling-back" });
  const marks = { revision: "2", serial: "a2", request: null };
  const pod = (name: string): PodView => ({
    name,
    uid: name,
    owner: undefined,
    ip: undefined,
    isReady: false,
    readySince: 0,
    isTerminating: false,
    hasAnnotations: true,
    marks,
    probe: undefined,
  });
  const next = (...pods: PodView[]): unknown => nextRolloutStep({ goal: undefined, workload, pods, now: world.now });
  expect(next(pod("gate-0"))).toMatchObject({ kind: "wait" });
  expect(next(pod("gate-0"), pod("gate-1"))).toMatchObject({ kind: "delete-pod", pod: { name: "gate-1" } });
});
