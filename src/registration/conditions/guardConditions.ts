import type { MatchCondition } from "../render/EntryOptions.ts";
import { OWN_PREFIX } from "../render/entryFault.ts";
import { compareNames } from "../render/gateEntries.ts";
import { EXEMPT_GROUP, type RegisteredTarget } from "../render/registeredTargets.ts";
import { SELF_TEST_GROUP_SUFFIX, SELF_TEST_PLURAL } from "../selftest/conversionCanary.ts";
import { celAny, celOneOf, celString } from "./celString.ts";
import { targetCel } from "./targetCel.ts";

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
  // Without its CSINode a kubelet gives up, and without a VolumeAttachment no Pod gets its volume.
  { groups: ["storage.k8s.io"], resource: "csinodes" },
  { groups: ["storage.k8s.io"], resource: "volumeattachments" },
  { groups: ["resource.k8s.io"], resource: "resourceslices" },
];
const RBAC = "rbac.authorization.k8s.io";
const SYNC_CLUSTER_RIGHTS = ["clusterroles", "clusterrolebindings"];
const SYNC_RIGHTS = ["roles", "rolebindings"];
/** Where the sync has rights beside its own namespace. */
const SYNC_RIGHTS_NAMESPACES = ["default", SELF_TEST_NAMESPACE];
/** What the self-test's namespace is made of, the Namespace itself among it. */
const SELF_TEST_RESOURCES = ["configmaps", "namespaces", "resourcequotas"];

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
  conditions.push(
    condition(
      "not-excluded-namespace",
      `has(request.namespace) && ${celOneOf("request.namespace", EXCLUDED_NAMESPACES)}`,
    ),
  );
  const machinery = MACHINERY.filter(({ groups }) => isSweptUp(targets, groups));
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

/** What of the self-test's namespace is a self-test's, and is reached. */
function selfTestCels(targets: readonly RegisteredTarget[]): string[] {
  const core = SELF_TEST_RESOURCES.filter((resource) => reaches(targets, "", resource));
  const conversions = reaches(targets, `gate${SELF_TEST_GROUP_SUFFIX}`, SELF_TEST_PLURAL);
  return [
    ...(core.length === 0 ? [] : [`request.resource.group == '' && ${celOneOf("request.resource.resource", core)}`]),
    ...(conversions ? [`request.resource.group.endsWith(${celString(SELF_TEST_GROUP_SUFFIX)})`] : []),
  ];
}

/** Names alone would exempt whatever somebody calls so in a namespace of his own. */
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

/** Whether rules are for a resource, by its name or by a wildcard. */
export function reaches(targets: readonly RegisteredTarget[], group: string, resource: string): boolean {
  return targets.some(
    (target) =>
      (target.group === "*" || target.group === group) && (target.resource === "*" || target.resource === resource),
  );
}

/** Whether a wildcard sweeps up whatever resources some groups have. */
function isSweptUp(targets: readonly RegisteredTarget[], groups: readonly string[]): boolean {
  return targets.some(({ group, resource }) => resource === "*" && (group === "*" || groups.includes(group)));
}

/** A policy that names some of the machinery asks for it: for that resource or subresource, and for those operations. */
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
  const asked = named.map((target) => ({ ...target, operations: new Set(target.operations) }));
  return { name, expression: asked.length === 0 ? expression : `${expression} || ${targetCel(asked)}` };
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
