import type { IdentityTier } from "../../identity/IdentityTier.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { DEFAULT_RECORD_SETTINGS, type RecordSettings } from "../../records/decision/RecordSettings.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { Cluster } from "./Cluster.ts";
import { checkCluster } from "./checkCluster.ts";
import { clusterIdentity } from "./clusterIdentity.ts";
import type { GateClusterSettings } from "./GateClusterSettings.ts";
import { GateConfigError } from "./GateConfigError.ts";

/** The parts of a gate that settings name. */
export interface GateParts {
  readonly policies: readonly Policy[];
  readonly tiers: readonly IdentityTier[];
}

/**
 * Checks the settings of a cluster and parses its parameters. Throws {@link GateConfigError} with the path of the fault.
 * With `strict`, modes and parameters of a policy that the gate does not have are faults. Without it they are ignored:
 * the data of a lookup may be newer than the gate.
 */
export function clusterSettings(
  name: string,
  data: unknown,
  { policies, tiers }: GateParts,
  strict: boolean,
): GateClusterSettings {
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
  return {
    cluster: name,
    modeOf: (policy) => modeOf.get(policy) ?? mode,
    paramsOf: (policy) => paramsOf.get(policy),
    records: recordSettings(checked.value.records, path),
    identity: clusterIdentity(path, checked.value.identity, tiers),
  };
}

function recordSettings(records: Cluster["records"], path: string): RecordSettings {
  if (records === undefined) return DEFAULT_RECORD_SETTINGS;
  const { profile, sample, users, objects, redact } = DEFAULT_RECORD_SETTINGS;
  const settings: RecordSettings = {
    profile: records.profile ?? profile,
    sample: records.sample ?? sample,
    users: records.users ?? users,
    objects: records.objects ?? objects,
    redact: {
      env: records.redact?.env ?? redact.env,
      annotations: records.redact?.annotations ?? redact.annotations,
    },
  };
  if (settings.sample < 0 || settings.sample > 1)
    throw new GateConfigError(`${path}.records.sample`, ": expected a number from 0 to 1");
  return settings;
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
