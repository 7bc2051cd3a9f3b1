import type { IdentityTier } from "../../identity/IdentityTier.ts";
import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { PolicyException } from "../../policy/define/PolicyException.ts";
import { unknownPolicy } from "../../policy/define/unknownPolicy.ts";
import { DEFAULT_RECORD_SETTINGS, type RecordSettings } from "../../records/decision/RecordSettings.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { Cluster } from "./Cluster.ts";
import { ClusterModes } from "./ClusterModes.ts";
import { checkCluster } from "./checkCluster.ts";
import { clusterIdentity } from "./clusterIdentity.ts";
import { DefaultParams } from "./DefaultParams.ts";
import type { GateClusterSettings } from "./GateClusterSettings.ts";
import { GateConfigError } from "./GateConfigError.ts";
import { parseParams } from "./parseParams.ts";
import { readStaging, type Staging, type StagingDefinition } from "./readStaging.ts";

/** The parts of a gate that settings name. */
export interface GateParts extends StagingDefinition {
  readonly tiers: readonly IdentityTier[];
  /** Shared by all clusters of a gate. Default: read for this cluster alone. */
  readonly staging?: Staging | undefined;
  /** Shared by all clusters of a gate. Default: parsed for this cluster alone. */
  readonly defaults?: DefaultParams | undefined;
}

/**
 * Checks the settings of a cluster and parses its parameters. Throws {@link GateConfigError} with the path of the fault.
 * With `strict`, modes and parameters of a policy that the gate does not have are faults. Without it they are ignored:
 * the data of a lookup may be newer than the gate.
 */
export function clusterSettings(name: string, data: unknown, parts: GateParts, strict: boolean): GateClusterSettings {
  const { policies, tiers, staging = readStaging(parts), defaults = new DefaultParams() } = parts;
  const path = `clusters.${name}`;
  const checked = checkCluster(data);
  if (!checked.ok) {
    const { fault } = checked;
    throw new GateConfigError(fault.path === "(body)" ? path : `${path}.${fault.path}`, `: ${fault.expected}`);
  }
  const { modes, namespaces = [], params = {} } = checked.value;
  const known = new Set(policies.map((policy) => policy.name));
  const inNamespaces = namespaces.map((one, index) => [`namespaces[${index}].modes`, one.modes] as const);
  for (const [key, named] of [["modes", modes] as const, ["params", params] as const, ...inNamespaces])
    for (const policy of Object.keys(named ?? {}))
      if (strict && !known.has(policy)) throw new GateConfigError(`${path}.${key}`, unknownPolicy(policy, known));
  const ownModes = new ClusterModes(path, checked.value, staging.stagesOf(name));
  const own = new Map<string, unknown>();
  for (const policy of policies) {
    try {
      if (Object.hasOwn(params, policy.name)) own.set(policy.name, parseParams(policy, params[policy.name]));
      else defaults.add(policy);
    } catch (error) {
      throw new GateConfigError(`${path}.params.${policy.name}`, `: ${errorMessage(error)}`);
    }
  }
  const paramsOf = (policy: string): unknown => (own.has(policy) ? own.get(policy) : defaults.get(policy));
  return {
    cluster: name,
    modeOf: (policy) => ownModes.strictest(policy),
    paramsOf,
    ...variation({ cluster: name, paramsOf }, ownModes, staging.exceptionsOf(name)),
    records: recordSettings(checked.value.records, path),
    identity: clusterIdentity(path, checked.value.identity, tiers),
  };
}

/** What differs from review to review in a cluster. Most of thousands of clusters have nothing. */
function variation(
  settings: Pick<ClusterSettings, "cluster" | "paramsOf">,
  modes: ClusterModes,
  exceptions: readonly PolicyException[],
): Pick<ClusterSettings, "at" | "variationOf"> {
  if (modes.isPlain && exceptions.length === 0) return {};
  return {
    at: (namespace, now) => ({
      ...settings,
      modeOf: (policy) => modes.modeIn(policy, namespace, now),
      excepting: exceptions.length === 0 ? undefined : { exceptions, now },
    }),
    variationOf: (policy) => ({
      mode: modes.varies(policy),
      exceptions: exceptions.some((exception) => exception.policy === policy),
    }),
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
