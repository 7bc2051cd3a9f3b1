import { builtinVersions, isEventGroup } from "../../policy/define/builtinVersions.ts";
import type { Policy } from "../../policy/define/policy.ts";
import type { PolicyTarget } from "../../policy/match/policyTargets.ts";
import { compareNames } from "../entry/gateEntries.ts";
import { type Purpose, type RegisteredTarget, registeredTargets } from "./registeredTargets.ts";

/** The targets of an entry that one webhook calls. */
export interface VersionPart {
  /** A DNS label for the webhook's name and URL, such as `v2`; undefined where the entry has only one part. */
  readonly name: string | undefined;
  readonly targets: readonly RegisteredTarget[];
}

/** The part of targets in the version that the client chose. */
const ANY = "any";
/** Built-in resources that supported clusters serve in several versions or groups. The others have one version. */
const SEVERAL: readonly (string | undefined)[] = [
  "horizontalpodautoscalers",
  "flowschemas",
  "prioritylevelconfigurations",
  "events",
];

/**
 * Divides the targets of an entry's policies into parts, so that within a part no resource has targets in different
 * versions. Parts are in the order of their first policy. Most entries have one part; an entry without targets has none.
 *
 * With `matchPolicy: Equivalent` the API server converts a request to the version of a rule only where no rule of the
 * same webhook names the request's own version. With `v1` and `v2` in one webhook, a policy on `v1` never gets a `v2`.
 */
export function versionParts(policies: readonly Policy[], purpose: Purpose): VersionPart[] {
  const targets = registeredTargets(policies, purpose);
  const byPolicy = Map.groupBy(targets, ({ policy }) => policy);
  const named = targets.map((target) => {
    const alike = alikeTargets(target, byPolicy.get(target.policy) ?? []);
    return { target, name: partName(alike), isFree: alike.length === 1 && haveOneVersion(target, target) };
  });
  const distinct = [...new Map(named.map((it) => [`${it.name} ${resourceKey(it.target)}`, it])).values()];
  const isDivided = distinct.some((one) =>
    distinct.some((other) => one.name !== other.name && conflict(one.target, other.target)),
  );
  if (!isDivided) return targets.length === 0 ? [] : [{ name: undefined, targets }];
  const hasWildcard = named.some(({ target, name }) => isWildcard(target) && name === ANY);
  // One call for a Pod: its only version is the one that a wildcard gets.
  const parts = Map.groupBy(named, ({ name, isFree }) => (hasWildcard && isFree ? ANY : name));
  return [...parts].map(([name, own]) => ({ name, targets: own.map(({ target }) => target) }));
}

/** A key of a policy's target, unique in a gate. */
export function targetKey(policy: Policy, target: PolicyTarget | RegisteredTarget): string {
  return `${policy.name} ${resourceKey(target)} ${target.template.join(".")}`;
}

function resourceKey({ group, resource, subresource }: PolicyTarget | RegisteredTarget): string {
  return `${group}/${resource}/${subresource}`;
}

/**
 * The targets of a policy that may cover the same objects as one of them, with that one. They are in one part, so that the
 * policy judges an object once: those that overlap a wildcard, events in both of their groups, and Pod templates at other
 * paths in other versions.
 */
function alikeTargets(target: RegisteredTarget, ofPolicy: readonly RegisteredTarget[]): RegisteredTarget[] {
  const alike = [target];
  const others = ofPolicy.filter((it) => isTemplate(it) === isTemplate(target));
  for (const one of alike) alike.push(...others.filter((other) => !alike.includes(other) && meet(one, other)));
  return alike;
}

/** The versions of targets as the name of their part. */
function partName(alike: readonly RegisteredTarget[]): string {
  const areEvents = alike.some((it) => it.resource === "events" && coversEvents(it));
  return [...new Set(alike.map((it) => ownName(it, areEvents)))].sort(compareNames).join("-");
}

/** The versions, and for events also their groups. */
function ownName(target: RegisteredTarget, areEvents: boolean): string {
  const { group } = target;
  const versions = target.versions.includes("*") ? ANY : target.versions.join("-");
  if (!areEvents || !coversEvents(target) || (group === "*" && versions === ANY)) return versions;
  return `${{ "": "core", "*": "all" }[group] ?? "events"}-${versions}`;
}

function isWildcard({ resource }: RegisteredTarget): boolean {
  return resource === "*";
}

function isTemplate({ template }: RegisteredTarget): boolean {
  return template.length > 0;
}

function coversEvents(target: RegisteredTarget): boolean {
  return common(target.resource, "events") !== undefined && (target.group === "*" || isEventGroup(target.group));
}

/** Whether targets of different versions have a resource in common that can arrive in different versions. */
function conflict(one: RegisteredTarget, other: RegisteredTarget): boolean {
  return meet(one, other) && !haveOneVersion(one, other);
}

/** Whether targets have a resource in common. Registrations exclude events where only wildcards match them. */
function meet(one: RegisteredTarget, other: RegisteredTarget): boolean {
  const areEvents = coversEvents(one) && coversEvents(other) && !(isWildcard(one) && isWildcard(other));
  const keys = ["group", "resource", "subresource"] as const;
  return areEvents || keys.every((key) => common(one[key], other[key]) !== undefined);
}

/** What two names or wildcards have in common; undefined for nothing. */
function common(one: string, other: string): string | undefined {
  if (one === "*") return other;
  return other === "*" || one === other ? one : undefined;
}

/** Whether what two targets have in common is a built-in resource with one version, and both judge that version. */
function haveOneVersion(one: RegisteredTarget, other: RegisteredTarget): boolean {
  const [group, resource = ""] = [common(one.group, other.group), common(one.resource, other.resource)];
  const only = SEVERAL.includes(resource) ? undefined : builtinVersions(resource).find((it) => it.group === group);
  const accepts = ({ versions }: RegisteredTarget): boolean =>
    versions.includes("*") || versions.includes(only?.version ?? "*");
  return only !== undefined && accepts(one) && accepts(other);
}
