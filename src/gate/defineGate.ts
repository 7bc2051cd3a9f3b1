import type { Conversion } from "../policy/conversion.ts";
import type { Policy } from "../policy/policy.ts";
import { type Cluster, type ClusterLookup, isClusterName } from "./Cluster.ts";
import { clusterSettings } from "./clusterSettings.ts";
import { GateConfigError } from "./GateConfigError.ts";

/** A group of policies that share what a registration can express; called by `/c/CLUSTER/validate/ENTRY`. */
export interface GateEntry {
  /** Names of the gate's policies. */
  readonly policies: readonly string[];
}

/** What {@link defineGate} takes: policies, clusters and settings. */
export interface GateDefinition {
  readonly policies: readonly Policy[];
  readonly entries?: Readonly<Record<string, GateEntry>>;
  readonly conversions?: readonly Conversion[];
  /** Settings by cluster name, or a lookup whose answers are cached. */
  readonly clusters: Readonly<Record<string, Cluster>> | ClusterLookup;
}

/** A checked gate. */
export interface Gate {
  readonly policies: readonly Policy[];
  readonly entries: Readonly<Record<string, GateEntry>>;
  readonly conversions: readonly Conversion[];
  readonly clusters: Readonly<Record<string, Cluster>> | ClusterLookup;
}

const KEYS = ["policies", "entries", "conversions", "clusters"];
const ENTRY = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Defines the gate to deploy. Pure; throws {@link GateConfigError} for what could not work, with the place of the fault. */
export function defineGate(definition: GateDefinition): Gate {
  if (typeof definition !== "object" || definition === null) throw new GateConfigError("defineGate", "takes an object");
  const { policies, entries = {}, conversions = [], clusters } = definition;
  for (const key of Object.keys(definition))
    if (!KEYS.includes(key)) throw new GateConfigError(key, `is unknown; known are ${KEYS.join(", ")}`);
  if (!Array.isArray(policies)) throw new GateConfigError("policies", "is not a list");
  const names = new Set<string>();
  for (const [index, policy] of policies.entries()) {
    if (typeof policy?.name !== "string" || typeof policy.match !== "object")
      throw new GateConfigError(`policies[${index}]`, "is no policy; make it with policy({...})");
    if (names.has(policy.name))
      throw new GateConfigError(`policies[${index}]`, `has the name ${JSON.stringify(policy.name)} a second time`);
    names.add(policy.name);
  }
  for (const [entry, { policies: wanted }] of Object.entries(entries)) {
    if (!Array.isArray(wanted) || wanted.length === 0)
      throw new GateConfigError(`entries.${entry}.policies`, "names no policy: the entry would allow everything");
    if (!ENTRY.test(entry))
      throw new GateConfigError(`entries.${entry}`, "is not a DNS label, and it is to be part of a URL");
    for (const name of wanted)
      if (!names.has(name))
        throw new GateConfigError(
          `entries.${entry}`,
          `names the policy ${JSON.stringify(name)}, which the gate does not have`,
        );
  }
  if (!Array.isArray(conversions)) throw new GateConfigError("conversions", "is not a list");
  const kinds = new Set<string>();
  for (const [index, one] of conversions.entries()) {
    const { group, kind, convert } = Object(one);
    if (typeof group !== "string" || typeof kind !== "string" || typeof convert !== "object")
      throw new GateConfigError(`conversions[${index}]`, "is no conversion; make it with conversion({...})");
    if (kinds.has(`${group}/${kind}`)) throw new GateConfigError("conversions", `has ${kind}.${group} a second time`);
    kinds.add(`${group}/${kind}`);
  }
  if (typeof clusters !== "function") {
    if (typeof clusters !== "object" || clusters === null)
      throw new GateConfigError("clusters", "is neither a table nor a function");
    for (const name of Object.keys(clusters))
      if (!isClusterName(name))
        throw new GateConfigError(`clusters.${name}`, "is no cluster's name: lower-case letters, digits, '-' and '.'");
    for (const [name, cluster] of Object.entries(clusters)) clusterSettings(name, cluster, policies, true);
  }
  return Object.freeze({ policies, entries, conversions, clusters });
}
