import { modes } from "../../../policy/define/Mode.ts";
import type { GateMetrics } from "../../../telemetry/metrics/GateMetrics.ts";
import type { Gate } from "../../config/defineGate.ts";

/**
 * Begins the counts of failures of each policy with 0. Prometheus sees no increase in a series that begins with its first
 * failure, and an alert has to see it.
 */
export function countFailuresFromZero({ policies }: Pick<Gate, "policies">, metrics: GateMetrics): void {
  for (const { name: policy } of policies)
    for (const mode of modes) metrics.policy({ policy, mode, result: "failed" }, 0);
}
