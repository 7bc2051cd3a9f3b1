import type { MatchCondition } from "../entry/EntryOptions.ts";
import { OWN_PREFIX } from "../entry/entryFault.ts";
import { compareNames } from "../entry/gateEntries.ts";
import { EXEMPT_GROUP, type RegisteredTarget } from "../rules/registeredTargets.ts";
import { SELF_TEST_GROUP_SUFFIX, SELF_TEST_NAMESPACE, SELF_TEST_PLURAL } from "../selftest/selfTestNames.ts";
import { celAny, celOneOf, celString } from "./celString.ts";
import { targetCel } from "./targetCel.ts";

/** The namespace of everything that Postern runs in a cluster. */
export const SYSTEM_NAMESPACE = "postern-system";
/** Namespaces that no registration covers: a cluster needs the first to start, and the second to repair its registrations. */
export const EXCLUDED_NAMESPACES: readonly string[] = ["kube-system", SYSTEM_NAMESPACE];
/** The name of the sync's ServiceAccount and of its RBAC objects. Its requests never wait for the gate that it repairs. */
export const SYNC_NAME = "postern-sync";
export const SYNC_USER = `system:serviceaccount:${SYSTEM_NAMESPACE}:${SYNC_NAME}`;
/**
 * The user of the API server's own requests (`user.APIServerUser`, k8s.io/apiserver). The API server creates its objects
 * when it starts, and exits when it cannot. Without this exclusion a ClusterRole of an upgrade would keep it down as long
 * as the gate is down.
 */
const API_SERVER_USER = "system:apiserver";

/** Resources that a wildcard does not cover, because a cluster must work without its gate. `*` is every resource of a group. */
const MACHINERY: readonly { readonly groups: readonly string[]; readonly resource: string }[] = [
  { groups: [EXEMPT_GROUP], resource: "*" },
  { groups: ["coordination.k8s.io"], resource: "leases" },
  { groups: [""], resource: "nodes" },
  { groups: ["certificates.k8s.io"], resource: "certificatesigningrequests" },
  { groups: ["", "events.k8s.io"], resource: "events" },
  { groups: ["authentication.k8s.io"], resource: "tokenreviews" },
  // Without its CSINode a kubelet exits, and without a VolumeAttachment no Pod gets its volume.
  { groups: ["storage.k8s.io"], resource: "csinodes" },
  { groups: ["storage.k8s.io"], resource: "volumeattachments" },
  { groups: ["resource.k8s.io"], resource: "resourceslices" },
];
const RBAC = "rbac.authorization.k8s.io";
const SYNC_CLUSTER_RIGHTS = ["clusterroles", "clusterrolebindings"];
const SYNC_RIGHTS = ["roles", "rolebindings"];
/** Namespaces other than its own in which the sync has rights. */
const SYNC_RIGHTS_NAMESPACES = ["default", SELF_TEST_NAMESPACE];
/** Resources of the self-test namespace, with the Namespace itself. */
const SELF_TEST_RESOURCES = ["configmaps", "namespaces", "resourcequotas"];

/**
 * The conditions that keep requests from the gate whatever its policies match, as far as the rules of the targets cover
 * them. They never fail: each field is tested with `has` before it is read.
 */
export function guardConditions(targets: readonly RegisteredTarget[]): MatchCondition[] {
  const conditions = [
    condition(
      "not-by-api-server-or-sync",
      `has(request.userInfo.username) && ${celOneOf("request.userInfo.username", [API_SERVER_USER, SYNC_USER])}`,
    ),
  ];
  conditions.push(
    condition(
      "not-excluded-namespace",
      `has(request.namespace) && ${celOneOf("request.namespace", EXCLUDED_NAMESPACES)}`,
    ),
  );
  const machinery = MACHINERY.filter(({ groups }) => isCoveredByWildcard(targets, groups));
  if (machinery.length > 0) conditions.push(machineryCondition(machinery, targets));
  const rights = [
    rightsCel(targets, SYNC_CLUSTER_RIGHTS, undefined),
    rightsCel(targets, SYNC_RIGHTS, SYNC_RIGHTS_NAMESPACES),
  ].filter((cel) => cel !== undefined);
  if (rights.length > 0)
    conditions.push(
      condition(
        "not-sync-rights",
        `request.resource.group == ${celString(RBAC)} && has(request.name) && request.name == ${celString(SYNC_NAME)} && ${celAny(rights)}`,
      ),
    );
  const selfTest = selfTestCels(targets);
  if (selfTest.length > 0)
    conditions.push(
      condition(
        "not-self-test",
        `${celAny(selfTest)} && has(request.namespace) && request.namespace == ${celString(SELF_TEST_NAMESPACE)}`,
      ),
    );
  return conditions;
}

/** Conditions for the objects of self-tests that the rules of the targets cover. */
function selfTestCels(targets: readonly RegisteredTarget[]): string[] {
  const core = SELF_TEST_RESOURCES.filter((resource) => reaches(targets, "", resource));
  const conversions = reaches(targets, `gate${SELF_TEST_GROUP_SUFFIX}`, SELF_TEST_PLURAL);
  return [
    ...(core.length === 0 ? [] : [`request.resource.group == '' && ${celOneOf("request.resource.resource", core)}`]),
    ...(conversions ? [`request.resource.group.endsWith(${celString(SELF_TEST_GROUP_SUFFIX)})`] : []),
  ];
}

/** A condition for the sync's RBAC objects. Limited to namespaces: a name alone would exempt such an object in any namespace. */
function rightsCel(
  targets: readonly RegisteredTarget[],
  resources: readonly string[],
  namespaces: readonly string[] | undefined,
): string | undefined {
  const reached = resources.filter((resource) => reaches(targets, RBAC, resource));
  if (reached.length === 0) return undefined;
  const kind = celOneOf("request.resource.resource", reached);
  return namespaces === undefined
    ? kind
    : `(${kind} && has(request.namespace) && ${celOneOf("request.namespace", namespaces)})`;
}

function condition(name: string, excluded: string): MatchCondition {
  return { name: `${OWN_PREFIX}${name}`, expression: `!(${excluded})` };
}

/** Whether targets cover a resource, by name or by a wildcard. */
export function reaches(targets: readonly RegisteredTarget[], group: string, resource: string): boolean {
  return targets.some(
    (target) =>
      (target.group === "*" || target.group === group) && (target.resource === "*" || target.resource === resource),
  );
}

/** Whether a wildcard of the targets covers every resource of one of the groups. */
function isCoveredByWildcard(targets: readonly RegisteredTarget[], groups: readonly string[]): boolean {
  return targets.some(({ group, resource }) => resource === "*" && (group === "*" || groups.includes(group)));
}

/** Excludes the machinery, but for what a policy names: that resource or subresource, with those operations. */
function machineryCondition(machinery: typeof MACHINERY, targets: readonly RegisteredTarget[]): MatchCondition {
  const named = targets.filter(
    (target) =>
      target.resource !== "*" &&
      machinery.some(
        ({ groups, resource }) =>
          resource === target.resource && (target.group === "*" || groups.includes(target.group)),
      ),
  );
  const { name, expression } = condition("not-machinery", machineryCel(machinery));
  const exceptions = named.map((target) => ({ ...target, operations: new Set(target.operations) }));
  return { name, expression: exceptions.length === 0 ? expression : `${expression} || ${targetCel(exceptions)}` };
}

function machineryCel(machinery: typeof MACHINERY): string {
  const byGroup = new Map<string, string[]>();
  for (const { groups, resource } of machinery)
    for (const group of groups) byGroup.set(group, [...(byGroup.get(group) ?? []), resource]);
  return [...byGroup]
    .sort(([left], [right]) => compareNames(left, right))
    .map(([group, resources]) => {
      const isGroup = `request.resource.group == ${celString(group)}`;
      return resources.includes("*")
        ? isGroup
        : `(${isGroup} && ${celOneOf("request.resource.resource", [...resources].sort(compareNames))})`;
    })
    .join(" || ");
}
