import { disallowClusterAdminBindings } from "../rbac/disallowClusterAdminBindings.ts";
import { disallowEscalatingRoles } from "../rbac/disallowEscalatingRoles.ts";
import { disallowExec } from "../rbac/disallowExec.ts";
import { disallowSecretReadingRoles } from "../rbac/disallowSecretReadingRoles.ts";
import { disallowWildcardRoles } from "../rbac/disallowWildcardRoles.ts";
import { limitBindingSubjects } from "../rbac/limitBindingSubjects.ts";
import type { CatalogueEntry } from "./CatalogueEntry.ts";

/** A Role with one rule. */
const role = (group: string, resources: string, verbs: string, more = ""): string =>
  `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: shop
  namespace: shop
rules:
  - apiGroups: ["${group}"]
    resources: ["${resources}"]
    verbs: ["${verbs}"]
${more}`;

/** A ClusterRoleBinding of a ClusterRole to one subject. */
const binding = (clusterRole: string, kind: string, name: string): string =>
  `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: ${clusterRole}
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: ${kind}
    name: ${name}
`;

/** What the API server sends for `kubectl exec` by a user: there is no manifest of it. */
const exec = (username: string): string =>
  `apiVersion: admission.k8s.io/v1
kind: AdmissionReview
request:
  uid: 3c3e208d-2070-4cbe-a54a-be47559180bf
  operation: CONNECT
  kind: {group: "", version: v1, kind: PodExecOptions}
  resource: {group: "", version: v1, resource: pods}
  subResource: exec
  name: web
  namespace: shop
  userInfo:
    username: ${username}
    groups: [system:authenticated]
  object:
    apiVersion: v1
    kind: PodExecOptions
    container: web
    command: [sh]
`;

const RBAC = "NSA: Role-based access control";

/** The built-in policies on roles, bindings, and what users do with Pods. */
export const rbac: readonly CatalogueEntry[] = [
  {
    builtin: "disallowClusterAdminBindings",
    make: () => disallowClusterAdminBindings(),
    options: "",
    why: "The ClusterRole cluster-admin grants everything. Who gets hold of one of its subjects has the cluster.",
    controls: ["CIS 5.1.1", RBAC],
    fields: ["roleRef"],
    passing: binding("view", "Group", "shop-developers"),
    failing: binding("cluster-admin", "Group", "shop-developers"),
  },
  {
    builtin: "disallowEscalatingRoles",
    make: () => disallowEscalatingRoles(),
    options: "",
    why: "Some rights lead to all others: to write or bind any role, to act as others, to make tokens and certificates, and to run commands through a kubelet.",
    controls: ["CIS 5.1.8", "CIS 5.1.10", "CIS 5.1.11", "CIS 5.1.13", RBAC],
    fields: ["rules[].apiGroups", "rules[].resources"],
    passing: role("", "serviceaccounts", "get"),
    failing: role("", "serviceaccounts", "impersonate"),
  },
  {
    builtin: "disallowExec",
    make: () => disallowExec({ allowedUsers: ["oncall@example.com"] }),
    options: '{ allowedUsers: ["oncall@example.com"] }',
    why: "A shell in a container reads its secrets and changes what runs, and no manifest shows it.",
    controls: [],
    passing: exec("oncall@example.com"),
    failing: exec("ann@example.com"),
  },
  {
    builtin: "disallowSecretReadingRoles",
    make: () => disallowSecretReadingRoles(),
    options: "",
    why: "Who reads the Secrets of a namespace has the passwords of all of its applications. Listing them returns their contents.",
    controls: ["CIS 5.1.2", RBAC],
    fields: ["rules[].resourceNames", "rules[].resources"],
    passing: role("", "secrets", "get", '    resourceNames: ["shop-tls"]\n'),
    failing: role("", "secrets", "get"),
  },
  {
    builtin: "disallowWildcardRoles",
    make: () => disallowWildcardRoles(),
    options: "",
    why: "A wildcard also grants what is added later: new verbs, new custom resources, whole new APIs.",
    controls: ["CIS 5.1.3", RBAC],
    passing: role("apps", "deployments", "get"),
    failing: role("apps", "deployments", "*"),
  },
  {
    builtin: "limitBindingSubjects",
    make: () => limitBindingSubjects(),
    options: "",
    why: "A role of anonymous users or of all users is open to everybody who reaches the API server. The rights of system:masters cannot be taken away.",
    controls: ["CIS 5.1.7", RBAC],
    passing: binding("view", "Group", "shop-developers"),
    failing: binding("view", "Group", "system:unauthenticated"),
  },
];
