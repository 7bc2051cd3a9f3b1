import type { IdentityTier } from "../../identity/IdentityTier.ts";
import type { Mode } from "../../policy/define/Mode.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { DEFAULT_RECORD_SETTINGS, type RecordSettings } from "../../records/decision/RecordSettings.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { Cluster } from "./Cluster.ts";
import { checkCluster } from "./checkCluster.ts";
import { clusterIdentity } from "./clusterIdentity.ts";
import { DefaultParams } from "./DefaultParams.ts";
import type { GateClusterSettings } from "./GateClusterSettings.ts";
import { GateConfigError } from "./GateConfigError.ts";
import { parseParams } from "./parseParams.ts";

/** The parts of a gate that settings name. */
export interface GateParts {
  readonly policies: readonly Policy[];
  readonly tiers: readonly IdentityTier[];
  /** Shared by all clusters of a gate. Default: parsed for this cluster alone. */
  readonly defaults?: DefaultParams | undefined;
}

/**
 * Checks the settings of a cluster and parses its parameters. Throws {@link GateConfigError} with the path of the fault.
 * With `strict`, modes and parameters of a policy that the gate does not have are faults. Without it they are ignored:
 * the data of a lookup may be newer than the gate.
 */
export function clusterSettings(
  name: string,
  data: unknown,
  { policies, tiers, defaults = new DefaultParams() }: GateParts,
  strict: boolean,
): GateClusterSettings {
  const path = `clusters.${name}`;
  const checked = checkCluster(data);
  if (!checked.ok) {
    const { fault } = checked;
    throw new GateConfigError(fault.path === "(body)" ? path : `${path}.${fault.path}`, `: ${fault.expected}`);
  }
  const { mode = "enforce", modes, params = {} } = checked.value;
  const known = new Set(policies.map((policy) => policy.name));
  for (const [key, named] of Object.entries({ modes, params }))
    for (const policy of Object.keys(named ?? {}))
      if (strict && !known.has(policy))
        throw new GateConfigError(
          `${path}.${key}`,
          `names the policy ${JSON.stringify(policy)}, which the gate does not have`,
        );
  const modeOf: ReadonlyMap<string, Mode> = modes === undefined ? NO_MODES : new Map(Object.entries(modes));
  const own = new Map<string, unknown>();
  for (const policy of policies) {
    try {
      if (Object.hasOwn(params, policy.name)) own.set(policy.name, parseParams(policy, params[policy.name]));
      else defaults.add(policy);
    } catch (error) {
      throw new GateConfigError(`${path}.params.${policy.name}`, `: ${errorMessage(error)}`);
    }
  }
  return {
    cluster: name,
    modeOf: (policy) => modeOf.get(policy) ?? mode,
    paramsOf: (policy) => (own.has(policy) ? own.get(policy) : defaults.get(policy)),
    records: recordSettings(checked.value.records, path),
    identity: clusterIdentity(path, checked.value.identity, tiers),
  };
}

/** Most of thousands of clusters set nothing. */
const NO_MODES: ReadonlyMap<string, Mode> = new Map();

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
