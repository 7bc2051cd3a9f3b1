import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { checkCluster } from "./checkCluster.ts";
import { GateConfigError } from "./GateConfigError.ts";

/**
 * Checks the settings of a cluster and parses its parameters. Throws {@link GateConfigError} with the path of the fault.
 * With `strict`, modes and parameters of a policy that the gate does not have are faults. Without it they are ignored:
 * the data of a lookup may be newer than the gate.
 */
export function clusterSettings(
  name: string,
  data: unknown,
  policies: readonly Policy[],
  strict: boolean,
): ClusterSettings {
  const path = `clusters.${name}`;
  const checked = checkCluster(data);
  if (!checked.ok) {
    const { fault } = checked;
    throw new GateConfigError(fault.path === "(body)" ? path : `${path}.${fault.path}`, `: ${fault.expected}`);
  }
  const { mode = "enforce", modes = {}, params = {} } = checked.value;
  const known = new Map(policies.map((policy) => [policy.name, policy]));
  for (const [key, named] of Object.entries({ modes, params }))
    for (const policy of Object.keys(named))
      if (strict && !known.has(policy))
        throw new GateConfigError(
          `${path}.${key}`,
          `names the policy ${JSON.stringify(policy)}, which the gate does not have`,
        );
  const modeOf = new Map(Object.entries(modes));
  const paramsOf = new Map<string, unknown>();
  for (const [policyName, policy] of known)
    paramsOf.set(
      policyName,
      parseParams(policy, Object.hasOwn(params, policyName) ? params[policyName] : undefined, path),
    );
  return { cluster: name, modeOf: (policy) => modeOf.get(policy) ?? mode, paramsOf: (policy) => paramsOf.get(policy) };
}

const NO_PARAMS = Object.freeze({});

function parseParams(policy: Policy, raw: unknown, path: string): unknown {
  if (policy.params === undefined) return raw ?? NO_PARAMS;
  try {
    return policy.params.parse(raw);
  } catch (error) {
    throw new GateConfigError(`${path}.params.${policy.name}`, `: ${errorMessage(error)}`);
  }
}
