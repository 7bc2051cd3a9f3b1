import { celOneOf, celString } from "./celString.ts";
import type { MatchCondition } from "./EntryOptions.ts";
import { OWN_PREFIX } from "./entryFault.ts";
import { compareNames } from "./gateEntries.ts";
import { EXEMPT_GROUP, type RegisteredTarget } from "./registeredTargets.ts";

/** Where the sync and everything else of Postern's own runs in a cluster. */
export const SYSTEM_NAMESPACE = "postern-system";
/** Where self-tests happen: a namespace that holds nothing else. */
export const SELF_TEST_NAMESPACE = "postern-selftest";
/** Namespaces that no registration reaches into: what a cluster needs to come up, and what keeps the registrations right. */
export const EXCLUDED_NAMESPACES: readonly string[] = ["kube-system", SYSTEM_NAMESPACE];
/** The ServiceAccount whose own requests never wait for the gate that it repairs, and the names of its cluster-wide rights. */
export const SYNC_NAME = "postern-sync";
export const SYNC_USER = `system:serviceaccount:${SYSTEM_NAMESPACE}:${SYNC_NAME}`;
/**
 * As whom the API server calls itself (`user.APIServerUser`, k8s.io/apiserver). It makes what it needs when it starts,
 * and ends when it cannot: a ClusterRole that an upgrade brings would else keep it down for as long as the gate is.
 */
const API_SERVER_USER = "system:apiserver";

/** What a wildcard does not reach: a cluster whose gate does not answer has to stay alive. `*` stands for a group's every resource. */
const MACHINERY: readonly { readonly groups: readonly string[]; readonly resource: string }[] = [
  { groups: [EXEMPT_GROUP], resource: "*" },
  { groups: ["coordination.k8s.io"], resource: "leases" },
  { groups: [""], resource: "nodes" },
  { groups: ["certificates.k8s.io"], resource: "certificatesigningrequests" },
  { groups: ["", "events.k8s.io"], resource: "events" },
  { groups: ["authentication.k8s.io"], resource: "tokenreviews" },
];
const RBAC = "rbac.authorization.k8s.io";
const SYNC_RESOURCES = ["clusterroles", "clusterrolebindings"];

/**
 * The conditions that keep requests away from the gate whatever its policies match, for what the rules of some targets
 * reach. Total: each member is looked for before it is read.
 */
export function guardConditions(targets: readonly RegisteredTarget[]): MatchCondition[] {
  const conditions = [
    condition(
      "not-by-api-server-or-sync",
      `has(request.userInfo.username) && ${celOneOf("request.userInfo.username", [API_SERVER_USER, SYNC_USER])}`,
    ),
  ];
  const machinery = MACHINERY.filter(({ groups, resource }) => isSweptUp(targets, groups, resource));
  if (machinery.length > 0) conditions.push(condition("not-machinery", machineryCel(machinery)));
  if (SYNC_RESOURCES.some((resource) => reaches(targets, RBAC, resource)))
    conditions.push(
      condition(
        "not-sync-rights",
        `request.resource.group == ${celString(RBAC)} && ${celOneOf("request.resource.resource", SYNC_RESOURCES)} && has(request.name) && request.name == ${celString(SYNC_NAME)}`,
      ),
    );
  if (reaches(targets, "", "configmaps"))
    conditions.push(
      condition(
        "not-self-test",
        `request.resource.group == '' && request.resource.resource == 'configmaps' && has(request.namespace) && request.namespace == ${celString(SELF_TEST_NAMESPACE)}`,
      ),
    );
  return conditions;
}

function condition(name: string, excluded: string): MatchCondition {
  return { name: `${OWN_PREFIX}${name}`, expression: `!(${excluded})` };
}

/** Whether rules are for a resource, by its name or by a wildcard. */
export function reaches(targets: readonly RegisteredTarget[], group: string, resource: string): boolean {
  return targets.some(
    (target) =>
      (target.group === "*" || target.group === group) && (target.resource === "*" || target.resource === resource),
  );
}

/** Whether rules are for a resource by a wildcard alone. A policy that names it asks for it, in either of its groups. */
function isSweptUp(targets: readonly RegisteredTarget[], groups: readonly string[], resource: string): boolean {
  const inGroup = targets.filter(({ group }) => group === "*" || groups.includes(group));
  return (
    inGroup.some((target) => target.resource === "*") &&
    !inGroup.some((target) => target.resource !== "*" && target.resource === resource)
  );
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
