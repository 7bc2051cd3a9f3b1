import { describe, expect, it } from "vitest";
import {
  RETRY_BLOCKED_MS,
  RETRY_IN_FLIGHT_MS,
  type RolloutOutcome,
} from "../../../src/rollout/certificate/reconcileWorkload.ts";
import { MARKS, REPLICA_SET, WorkloadBed } from "./WorkloadBed.ts";

const UNSETTLED = { status: { updatedReplicas: 1 } };
const IN_PLACE = { "postern.dev/renewal-policy": "in-place" };
const DAEMON_CANARY = { kind: "DaemonSet", type: "OnDelete", maxSurge: null, maxUnavailable: null };
const DAEMON_STAGED = {
  spec: { updateStrategy: { type: "OnDelete" } },
  status: { desiredNumberScheduled: 1, updatedNumberScheduled: 0, numberAvailable: 1 },
};

/** The outcome in words: status and reason of the condition, and the delay; or `in step`. */
const inWords = ({ summary, retryAfterMs }: RolloutOutcome): string =>
  summary === undefined && retryAfterMs === undefined
    ? "in step"
    : `${summary?.status} ${summary?.reason}, again after ${retryAfterMs} ms`;

it.each<[outcome: string, when: string, bed: (bed: WorkloadBed) => unknown, steps: readonly string[]]>([
  [
    `False Conflict, again after ${RETRY_BLOCKED_MS} ms`,
    "an older Certificate names the workload",
    (bed) => {
      bed.deployment().change = { rival: "older-tls" };
    },
    [],
  ],
  [`False WorkloadMissing, again after ${RETRY_BLOCKED_MS} ms`, "the workload does not exist", () => undefined, []],
  [
    "in step",
    "no certificate was issued",
    (bed) => {
      bed.deployment().isIssued = false;
    },
    [],
  ],
  [
    `Unknown Waiting, again after ${RETRY_BLOCKED_MS} ms`,
    "no rollout may begin",
    (bed) => {
      bed.deployment().mayBegin = false;
    },
    [],
  ],
  [
    `False CannotRoll, again after ${RETRY_BLOCKED_MS} ms`,
    "the Deployment is paused",
    (bed) => bed.deployment({ spec: { paused: true } }),
    [],
  ],
  ["Unknown Rolling, again after 0 ms", "a rollout begins", (bed) => bed.deployment(), ["begin"]],
  [
    "Unknown Canary, again after 0 ms",
    "a canary begins",
    (bed) => {
      bed.deployment().annotations = { "postern.dev/renewal-policy": "canary" };
    },
    ["begin"],
  ],
  [
    `Unknown Canary, again after ${RETRY_IN_FLIGHT_MS} ms`,
    "the canary Pod does not exist yet",
    (bed) => bed.deployment(UNSETTLED, bed.state("canary")),
    [],
  ],
  [
    `Unknown Canary, again after ${RETRY_IN_FLIGHT_MS} ms`,
    "a DaemonSet needs a canary Pod",
    (bed) => {
      bed.daemonSet(DAEMON_STAGED, bed.state("canary", { canary: DAEMON_CANARY }));
      bed.api.pod("gate-a", { kind: "DaemonSet", name: "gate", uid: "u-daemonsets-gate" });
    },
    ["delete-pod"],
  ],
  [
    "Unknown Rolling, again after 0 ms",
    "the canary Pod serves the certificate",
    (bed) => {
      bed.deployment(UNSETTLED, bed.state("canary")).api.pod("gate-1-a", REPLICA_SET, MARKS);
    },
    ["promote"],
  ],
  [
    `Unknown Rolling, again after ${RETRY_IN_FLIGHT_MS} ms`,
    "not all Pods are replaced",
    (bed) => bed.deployment(UNSETTLED, bed.state("rolling")),
    [],
  ],
  [
    "Unknown RollingBack, again after 0 ms",
    "the timeout is exceeded",
    (bed) => bed.deployment(UNSETTLED, bed.state("rolling", { timeout: 59_999 })),
    ["roll-back"],
  ],
  [
    `Unknown RollingBack, again after ${RETRY_IN_FLIGHT_MS} ms`,
    "not all Pods are rolled back",
    (bed) => bed.deployment(UNSETTLED, bed.state("rolling-back", { reason: "TimedOut", message: "late" })),
    [],
  ],
  [
    `False TimedOut, again after ${RETRY_BLOCKED_MS} ms`,
    "the revision was rolled back",
    (bed) => bed.deployment({}, bed.state("rolled-back", { reason: "TimedOut", message: "late" })),
    [],
  ],
  ["in step", "the revision is rolled out", (bed) => bed.deployment({}, bed.state("done")), []],
  [
    `Unknown Rolling, again after ${RETRY_IN_FLIGHT_MS} ms`,
    "a rollout is in flight and the policy is in-place now",
    (bed) => {
      bed.deployment(UNSETTLED, bed.state("rolling")).annotations = IN_PLACE;
    },
    [],
  ],
  [
    "in step",
    "the policy is in-place and the Certificate is not ready",
    (bed) => {
      bed.deployment().annotations = IN_PLACE;
      bed.isReady = false;
    },
    [],
  ],
  [
    "in step",
    "the policy is in-place and all Pods serve the certificate",
    (bed) => {
      bed.deployment({ replicas: 1 }).api.pod("gate-1-a", REPLICA_SET, MARKS);
      bed.annotations = IN_PLACE;
    },
    [],
  ],
  [
    `Unknown InPlace, again after ${RETRY_IN_FLIGHT_MS} ms`,
    "the policy is in-place and a Pod serves another certificate",
    (bed) => {
      bed.deployment({ replicas: 1 }).api.pod("gate-1-a", REPLICA_SET);
      bed.annotations = IN_PLACE;
      bed.api.probe = async () => ({ ok: false, reason: "serves another" });
    },
    ["mark gate-1-a"],
  ],
])("reconcileWorkload returns %s when %s", async (outcome, _, prepare, steps) => {
  const bed = new WorkloadBed();
  prepare(bed);
  expect(inWords(await bed.run())).toBe(outcome);
  expect(bed.observed).toEqual(steps);
});

describe("reconcileWorkload", () => {
  it("finishes a rollout of which all Pods are replaced, and reconciles it again immediately", async () => {
    const bed = new WorkloadBed();
    bed.deployment({}, bed.state("rolling"));
    expect(await bed.run()).toMatchObject({ retryAfterMs: 0 });
    expect(bed.observed).toEqual(["finish"]);
    expect(bed.api.state("deployments", "gate")).toMatchObject({ phase: "done" });
  });

  it("reads nothing of a workload that an older Certificate names", async () => {
    const bed = new WorkloadBed();
    bed.deployment().change = { rival: "older-tls" };
    expect((await bed.run()).summary?.message).toBe("deployment/gate is already rolled for the Certificate older-tls");
    expect(bed.api.calls).toEqual([]);
  });

  it.each<[step: string, what: string, when: string, phase: string, label: boolean, bed: Partial<WorkloadBed>]>([
    ["roll-back", "a rollout in flight", "no certificate is issued any more", "rolling", true, { isIssued: false }],
    [
      "roll-back",
      "a rollout in flight without its label",
      "no certificate is issued",
      "rolling",
      false,
      { isIssued: false },
    ],
    [
      "roll-back",
      "a rollout in flight without its label",
      "the policy is in-place",
      "rolling",
      false,
      { annotations: IN_PLACE },
    ],
    ["restore", "a workload with the label of a rollout that has ended", "it is rolled out", "done", true, {}],
    [
      "restore",
      "a workload with the label of a rollout that has ended",
      "no certificate is issued",
      "done",
      true,
      { isIssued: false },
    ],
    [
      "restore",
      "a workload with the label of a rollout that has ended",
      "the policy is in-place",
      "done",
      true,
      { annotations: IN_PLACE },
    ],
  ])("takes the step %s for %s when %s", async (step, _what, _when, phase, label, more) => {
    const bed = Object.assign(new WorkloadBed(), more);
    bed.deployment(UNSETTLED, bed.state(phase, { timeout: 59_999 }));
    bed.api.live("deployments", "gate").metadata.labels = label ? { "postern.dev/rollout-in-progress": "true" } : {};
    await bed.run();
    expect(bed.observed).toEqual([step]);
  });

  it("sets NotServed when a Pod does not serve the certificate within the timeout of the policy in-place", async () => {
    const bed = new WorkloadBed();
    bed.deployment({ replicas: 1 }).api.pod("gate-1-a", REPLICA_SET, MARKS);
    bed.annotations = IN_PLACE;
    bed.api.probe = async () => ({ ok: false, reason: "serves another" });
    const { summary } = await bed.run();
    const since = new Date(bed.api.now - 600_001).toISOString();
    bed.conditions = [{ type: "RolledOut", ...summary, status: "Unknown", lastTransitionTime: since }];
    expect(inWords(await bed.run())).toBe(`False NotServed, again after ${RETRY_BLOCKED_MS} ms`);
  });

  it.each<[code: string, when: string, status: number]>([
    ["cluster-refused", "the API server refuses the write", 403],
    ["changed-in-between", "the workload changed since it was read", 409],
  ])("rejects with %s when %s, and reports no step", async (code, _, status) => {
    const bed = new WorkloadBed();
    bed.deployment().api.refuse = ({ method }) => (method === "PATCH" ? { status, body: {} } : undefined);
    await expect(bed.run()).rejects.toMatchObject({ code });
    expect(bed.observed).toEqual([]);
  });
});
