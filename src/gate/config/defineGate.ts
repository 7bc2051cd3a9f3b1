import type { IdentityTier } from "../../identity/IdentityTier.ts";
import type { Conversion } from "../../policy/define/conversion.ts";
import type { ExceptionDefinition } from "../../policy/define/PolicyException.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { notAPolicy, unknownPolicy } from "../../policy/define/unknownPolicy.ts";
import { withHubs } from "../../policy/define/withHubs.ts";
import { isDnsLabel, isObjectName } from "../../protocol/kubernetesNames.ts";
import type { EntryDefinition } from "../../registration/entry/EntryOptions.ts";
import { entryFault } from "../../registration/entry/entryFault.ts";
import { DEFAULT_ENTRY, gateEntries } from "../../registration/entry/gateEntries.ts";
import type { Cluster, ClusterLookup } from "./Cluster.ts";
import { clusterSettings } from "./clusterSettings.ts";
import { DefaultParams } from "./DefaultParams.ts";
import { GateConfigError } from "./GateConfigError.ts";
import { readStaging } from "./readStaging.ts";
import type { StageDefinition } from "./Stage.ts";

/** A group of policies that share the options of a webhook. Its path is `/c/CLUSTER/validate/ENTRY`. */
export type GateEntry = EntryDefinition;

/** Options of {@link defineGate}. */
export interface GateDefinition {
  /** Names the gate's registrations. A DNS label; default `postern`. Gates of the same cluster need different names. */
  readonly name?: string;
  readonly policies: readonly Policy[];
  /** Entries by name. Policies in no entry are in the entry `default`. */
  readonly entries?: Readonly<Record<string, GateEntry>>;
  readonly conversions?: readonly Conversion[];
  /** The tiers that the clusters name in their `identity`, such as `jwt()`. Default: none. */
  readonly tiers?: readonly IdentityTier[];
  /** Modes from a date on. They are before the modes of clusters: see `ClusterModes`. Default: none. */
  readonly stages?: readonly StageDefinition[];
  /** Dated permissions to break a policy. Default: none. */
  readonly exceptions?: readonly ExceptionDefinition[];
  /** Settings by cluster name, or a lookup whose results are cached. */
  readonly clusters: Readonly<Record<string, Cluster>> | ClusterLookup;
}

/** A gate without faults, as {@link defineGate} returns it. */
export interface Gate {
  readonly name: string;
  readonly policies: readonly Policy[];
  readonly entries: Readonly<Record<string, GateEntry>>;
  readonly conversions: readonly Conversion[];
  readonly tiers: readonly IdentityTier[];
  readonly stages?: readonly StageDefinition[];
  readonly exceptions?: readonly ExceptionDefinition[];
  readonly clusters: Readonly<Record<string, Cluster>> | ClusterLookup;
}

const KEYS = ["name", "policies", "entries", "conversions", "tiers", "stages", "exceptions", "clusters"];
/** A label value of at most 63 characters holds the name with a suffix. */
const MAX_NAME_LENGTH = 56;

/**
 * Checks the definition of a gate. Pure. Throws {@link GateConfigError} with the path of the first fault, such as
 * `entries.pods.timeoutSeconds`.
 */
export function defineGate(definition: GateDefinition): Gate {
  if (typeof definition !== "object" || definition === null) throw new GateConfigError("defineGate", "takes an object");
  const { name = "postern", policies, entries = {}, conversions = [], tiers = [], clusters } = definition;
  const { stages = [], exceptions = [] } = definition;
  for (const key of Object.keys(definition))
    if (!KEYS.includes(key)) throw new GateConfigError(key, `is unknown; known are ${KEYS.join(", ")}`);
  if (typeof name !== "string" || !isDnsLabel(name) || name.length > MAX_NAME_LENGTH)
    throw new GateConfigError("name", `is not a DNS label of at most ${MAX_NAME_LENGTH} characters`);
  if (!Array.isArray(policies)) throw new GateConfigError("policies", "is not a list");
  const names = new Set<string>();
  for (const [index, policy] of policies.entries()) {
    if (typeof policy?.name !== "string" || typeof policy.match !== "object")
      throw new GateConfigError(`policies[${index}]`, notAPolicy(policy));
    if (names.has(policy.name))
      throw new GateConfigError(
        `policies[${index}]`,
        `repeats the name ${JSON.stringify(policy.name)}; give one of them another name, or leave it out (of a pack with "without")`,
      );
    names.add(policy.name);
  }
  checkEntries(policies, entries);
  if (!Array.isArray(conversions)) throw new GateConfigError("conversions", "is not a list");
  const kinds = new Set<string>();
  const crds = new Set<string>();
  for (const [index, one] of conversions.entries()) {
    const { group, kind, plural, convert } = Object(one);
    if (typeof group !== "string" || typeof kind !== "string" || typeof convert !== "object")
      throw new GateConfigError(`conversions[${index}]`, "is not a conversion; create it with conversion({...})");
    if (kinds.has(`${group}/${kind}`)) throw new GateConfigError("conversions", `repeats ${kind}.${group}`);
    kinds.add(`${group}/${kind}`);
    const crd = `${plural}.${group}`;
    if (crds.has(crd)) throw new GateConfigError("conversions", `repeats the CustomResourceDefinition ${crd}`);
    crds.add(crd);
  }
  checkTiers(tiers);
  if (typeof clusters !== "function") {
    if (typeof clusters !== "object" || clusters === null)
      throw new GateConfigError(
        "clusters",
        clusters === undefined
          ? 'is missing; name the clusters that call the gate, such as { production: { identity: "none" } }'
          : "is neither an object nor a function",
      );
    for (const name of Object.keys(clusters))
      if (!isObjectName(name))
        throw new GateConfigError(
          `clusters.${name}`,
          "is not a cluster name: expected lower-case letters, digits, '-' and '.'",
        );
  }
  const staging = readStaging(
    { policies, stages, exceptions },
    typeof clusters === "function" ? undefined : Object.keys(clusters),
  );
  if (typeof clusters !== "function") {
    const parts = { policies, tiers, staging, defaults: new DefaultParams() };
    for (const [name, cluster] of Object.entries(clusters)) clusterSettings(name, cluster, parts, true);
  }
  return Object.freeze({
    name,
    policies: policies.map((policy) => withHubs(policy, conversions)),
    entries,
    conversions,
    tiers,
    ...(stages.length === 0 ? {} : { stages }),
    ...(exceptions.length === 0 ? {} : { exceptions }),
    clusters,
  });
}

function checkTiers(tiers: readonly IdentityTier[]): void {
  if (!Array.isArray(tiers)) throw new GateConfigError("tiers", "is not a list");
  const names = new Set<unknown>();
  for (const [index, tier] of tiers.entries()) {
    const { name, check, start } = Object(tier);
    if (typeof name !== "string" || typeof check !== "function" || typeof start !== "function")
      throw new GateConfigError(
        `tiers[${index}]`,
        "is not a tier; create it with jwt(), capability() or clientCertificate()",
      );
    if (names.has(name)) throw new GateConfigError(`tiers[${index}]`, `repeats the tier ${JSON.stringify(name)}`);
    names.add(name);
  }
}

function checkEntries(policies: readonly Policy[], entries: Readonly<Record<string, GateEntry>>): void {
  if (typeof entries !== "object" || entries === null || Array.isArray(entries))
    throw new GateConfigError("entries", "is not an object with entries by name");
  const names = new Set(policies.map(({ name }) => name));
  for (const [entry, definition] of Object.entries(entries)) {
    const path = `entries.${entry}`;
    if (!isDnsLabel(entry))
      throw new GateConfigError(path, "is not a DNS label; the name of an entry is part of a URL");
    if (/^\d+$/.test(entry))
      throw new GateConfigError(
        path,
        "is a number; JavaScript would move it before the other entries, whose order counts",
      );
    const fault = entryFault(definition);
    if (fault !== undefined)
      throw new GateConfigError(fault.field === "" ? path : `${path}.${fault.field}`, fault.fault);
    const { policies: named } = definition;
    const isImplicit = entry === DEFAULT_ENTRY && named === undefined;
    if (!isImplicit && (!Array.isArray(named) || named.length === 0))
      throw new GateConfigError(`${path}.policies`, "names no policy; the entry would allow everything");
    for (const name of named ?? []) if (!names.has(name)) throw new GateConfigError(path, unknownPolicy(name, names));
  }
  if (
    entries[DEFAULT_ENTRY] !== undefined &&
    !gateEntries({ policies, entries }).some(({ name }) => name === DEFAULT_ENTRY)
  )
    throw new GateConfigError(`entries.${DEFAULT_ENTRY}`, "has no policy; other entries name all of them");
}
