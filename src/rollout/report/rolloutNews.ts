import type { RolloutState } from "../workload/RolloutState.ts";
import { type WorkloadRef, workloadName } from "../workload/WorkloadRef.ts";
import type { RolloutNews } from "./rolloutEvent.ts";

/** What there is to tell of a workload's rollout, by the phase it is in. */
export function rolloutNews(ref: WorkloadRef, state: RolloutState, requestedBy: string | undefined): RolloutNews {
  const { phase, revision, serial, request, policy, started, message } = state;
  const name = workloadName(ref);
  const what = `${name}, revision ${revision}, serial ${serial}`;
  const byHand = request === null ? "" : `, by hand (${request}${requestedBy === undefined ? "" : `, ${requestedBy}`})`;
  const key = `${name} ${revision} ${serial} ${request ?? ""} ${started}`;
  switch (phase) {
    case "canary":
      return { type: "Normal", reason: "CanaryStarted", note: `${what}: a canary is rolled out first${byHand}`, key };
    case "rolling":
      return policy === "canary"
        ? { type: "Normal", reason: "CanaryPassed", note: `${what}: the canary serves it; the rest follows`, key }
        : { type: "Normal", reason: "RolloutStarted", note: `${what}: it is rolled out${byHand}`, key };
    case "done":
      return { type: "Normal", reason: "RolledOut", note: `${what}: every Pod has it`, key };
    case "rolling-back":
      return { type: "Warning", reason: "RollingBack", note: `${what}: ${message ?? ""}`, key };
    case "rolled-back":
      return {
        type: "Warning",
        reason: "RolledBack",
        note: `${what}: ${message ?? ""}; not tried again until told`,
        key,
      };
  }
}
