import type { KubeObject } from "../../../../cluster/ClusterApi.ts";
import type { SeededRandom } from "../../objects/SeededRandom.ts";
import { NAMESPACES } from "./namespaces.ts";
import { pickFields, pickList } from "./pickFields.ts";

const RBAC = "rbac.authorization.k8s.io";
const VERBS = ["get", "list", "watch", "create", "update", "patch", "delete", "escalate", "bind", "impersonate", "*"];
const GROUPS = ["", "", "apps", RBAC, "authentication.k8s.io", "certificates.k8s.io", "*"];
const RESOURCES = [
  "pods",
  "secrets",
  "secrets",
  "deployments",
  "configmaps",
  "secrets",
  "roles",
  "clusterroles",
  "users",
  "serviceaccounts",
  "serviceaccounts/token",
  "*/token",
  "nodes/proxy",
  "certificatesigningrequests/approval",
  "*/approval",
  "*",
];
const NAMES = ["o", "ops-a", "ops-", "read-pods", "read-pods-2"];

/** A Role. */
export function role(random: SeededRandom, index: number): KubeObject {
  const metadata = { name: nameOf(random, index), namespace: random.pick(NAMESPACES) };
  return { apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules: rulesOf(random, false) };
}

/** A ClusterRole, also an aggregated one. */
export function clusterRole(random: SeededRandom, index: number): KubeObject {
  const selector = (): KubeObject =>
    pickFields(random, {
      matchLabels: [undefined, null, {}, { app: "a" }],
      matchExpressions: [undefined, null, [], [{ key: "app", operator: "Exists" }]],
    });
  const aggregationRule = random.oneIn(3)
    ? { aggregationRule: { clusterRoleSelectors: [selector(), ...(pickList(random, 1, selector) ?? [])] } }
    : random.pick([{}, {}, { aggregationRule: null }]);
  return {
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRole",
    metadata: { name: nameOf(random, index) },
    rules: rulesOf(random, true),
    ...aggregationRule,
  };
}

/** A RoleBinding or a ClusterRoleBinding. */
export function binding(random: SeededRandom, index: number): KubeObject {
  const kind = random.pick(["RoleBinding", "ClusterRoleBinding"]);
  const namespace = kind === "RoleBinding" ? { namespace: random.pick(NAMESPACES) } : {};
  const roleRef = {
    apiGroup: RBAC,
    kind: kind === "RoleBinding" ? random.pick(["Role", "ClusterRole"]) : "ClusterRole",
    name: random.pick(["cluster-admin", "cluster-admin", "admin", "view"]),
  };
  return {
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata: { name: nameOf(random, index), ...namespace },
    roleRef,
    subjects: pickList(random, 3, () => subject(random)),
  };
}

function subject(random: SeededRandom): KubeObject {
  const kind = random.pick(["User", "Group", "ServiceAccount"]);
  if (kind === "ServiceAccount")
    return { kind, name: random.pick(["web", "operator"]), namespace: random.pick(NAMESPACES) };
  const names = {
    User: ["ann", "bob", "system:anonymous", "system:masters"],
    Group: [
      "shop-developers",
      "system:masters",
      "system:authenticated",
      "system:serviceaccounts",
      "kubeadm:cluster-admins",
    ],
  };
  return {
    kind,
    name: random.pick(kind === "User" ? names.User : names.Group),
    ...pickFields(random, { apiGroup: [RBAC, undefined] }),
  };
}

/** Without rules, null is stored. */
function rulesOf(random: SeededRandom, isOfCluster: boolean): unknown {
  return pickList(random, 3, () => {
    if (isOfCluster && random.oneIn(5))
      return {
        nonResourceURLs: [random.pick(["/healthz", "*", "/metrics*", "**", "/**", "/*/a"])],
        verbs: [random.pick(["get", "*"])],
      };
    const some = (values: readonly string[]): string[] =>
      Array.from({ length: 1 + random.int(2) }, () => random.pick(values));
    return {
      apiGroups: some(GROUPS),
      resources: some(RESOURCES),
      verbs: some(VERBS),
      ...pickFields(random, { resourceNames: [undefined, undefined, null, [], ["a"], [""], ["a", ""]] }),
    };
  });
}

/** Names that an option allows, and those of others. */
function nameOf(random: SeededRandom, index: number): string {
  const name = random.pick(NAMES);
  return random.oneIn(2) && name === "read-pods" ? name : `${name}${name === "ops-" ? "" : "-"}${index}`;
}
