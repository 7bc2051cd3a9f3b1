import { expect, it } from "vitest";
import { judgeCanary } from "../../../src/rollout/plan/judgeCanary.ts";
import { readRolloutSettings } from "../../../src/rollout/RolloutSettings.ts";
import type { PodView } from "../../../src/rollout/workload/PodView.ts";
import type { RolloutState } from "../../../src/rollout/workload/RolloutState.ts";
import { readWorkload } from "../../../src/rollout/workload/readWorkload.ts";

const OLD = { revision: "1", serial: "a1", request: null };
const STATE: RolloutState = {
  certificate: "gate-tls",
  revision: 2,
  serial: "a2",
  request: null,
  phase: "canary",
  policy: "canary",
  started: 0,
  since: 0,
  timeoutMs: 60_000,
  before: { marks: OLD, staging: null },
  superseded: null,
  canary: null,
  reason: null,
  message: null,
};

function pod(name: string, isReady: boolean): PodView {
  const owner = { kind: "DaemonSet", name: "gate", uid: "u" };
  const readySince = 0;
  const rest = { isTerminating: false, hasAnnotations: true, marks: OLD, probe: undefined };
  return { name, uid: name, owner, ip: "127.0.0.1", isReady, readySince, ...rest };
}

it("judgeCanary deletes a ready Pod of a DaemonSet before one that is not ready", () => {
  const workload = readWorkload(
    { kind: "DaemonSet", name: "gate" },
    {
      metadata: { uid: "u", resourceVersion: "1" },
      spec: { selector: {}, template: {} },
      status: { desiredNumberScheduled: 3 },
    },
  );
  const settings = readRolloutSettings({ "postern.dev/rollout": "daemonset/gate" });
  if (settings === undefined) throw new Error("no settings");
  const judge = (...pods: PodView[]): unknown => judgeCanary(workload, STATE, pods, { settings, now: 1_000 });
  const [gone, one, two] = [pod("a", false), pod("b", true), pod("c", true)];
  expect(judge(gone, two, one)).toEqual({ kind: "delete-pod", pod: one });
  expect(judge(gone)).toEqual({ kind: "delete-pod", pod: gone });
  // The controller may not delete a Pod without marks.
  const unmarked: PodView = { ...pod("0", true), marks: { revision: null, serial: null, request: null } };
  expect(judge(unmarked, gone)).toEqual({ kind: "delete-pod", pod: gone });
});
