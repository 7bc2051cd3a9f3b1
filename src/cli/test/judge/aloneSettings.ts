import { clusterSettings } from "../../../gate/config/clusterSettings.ts";
import type { GateClusterSettings } from "../../../gate/config/GateClusterSettings.ts";
import { GateConfigError } from "../../../gate/config/GateConfigError.ts";
import type { Policy } from "../../../policy/define/policy.ts";

/** The name that policies and logs see where a case names no cluster. */
const CLUSTER = "test";

/**
 * The settings with which a policy is judged on its own: mode `enforce`, and the given parameters. Returns the fault of parameters
 * that the policy does not accept.
 */
export function aloneSettings(policy: Policy, params?: unknown): GateClusterSettings | string {
  const data = { identity: "none", ...(params === undefined ? {} : { params: { [policy.name]: params } }) };
  try {
    return clusterSettings(CLUSTER, data, { policies: [policy], tiers: [] }, true);
  } catch (error) {
    if (!(error instanceof GateConfigError)) throw error;
    return error.message.replace(`gate: clusters.${CLUSTER}.params.${policy.name}: `, "");
  }
}
