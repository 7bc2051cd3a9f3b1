import { catalogue } from "../../../../src/policies/catalogue/catalogue.ts";
import * as builtins from "../../../../src/policies/index.ts";
import type { Policy } from "../../../../src/policy/define/policy.ts";

/** An image of the generated Pods that is exempt. */
const exemptImages = ["registry.example.com/tool*"];
const allowedRoles = ["ops-*", "read-pods"];

/** Built-ins with other options than those of the catalogue, which take other branches of their conditions. */
const others: readonly Policy[] = [
  builtins.podSecurity({ name: "pod-security-baseline", level: "baseline", templates: "deny" }),
  builtins.podSecurity({ name: "pod-security-restricted-2", level: "restricted", templates: "deny" }),
  builtins.disallowPrivileged({ name: "privileged-2", exemptImages }),
  builtins.disallowSecretsInEnv({ name: "secrets-in-env-2", allowed: ["db"], exemptImages }),
  builtins.limitCapabilities({ name: "capabilities-2", allowed: ["*"], requiredDrops: ["KILL", "NET_RAW"] }),
  builtins.limitUserIds({ name: "user-ids-2", required: ["runAsGroup", "fsGroup"], exemptImages }),
  builtins.limitSeccompProfiles({
    name: "seccomp-2",
    absent: "RuntimeDefault",
    localhostProfiles: ["other.json"],
    exemptImages,
  }),
  builtins.limitApparmorProfiles({ name: "apparmor-2", allowed: ["Unconfined", "Localhost"] }),
  builtins.limitSelinux({ name: "selinux-2", types: ["*"], users: ["u"], levels: ["s0"] }),
  builtins.limitSysctls({ name: "sysctls-2", allowed: ["net.*", "kernel.msgmax"] }),
  builtins.limitHostPaths({
    name: "host-paths-2",
    allowed: [{ path: "/", readOnly: true }, { path: "/var/log/pods" }],
  }),
  builtins.limitVolumeTypes({ name: "volume-types-2", allowed: ["hostPath", "emptyDir", "image"] }),
  builtins.requireImagePullPolicy({ name: "pull-policy-2", images: "latest", exemptImages }),
  builtins.requireImagePullPolicy({ name: "pull-policy-3", pullPolicy: "IfNotPresent" }),
  builtins.requireRegistries({
    name: "registries-2",
    allowed: ["docker.io/library/", "docker.io/team/"],
    exemptImages,
  }),
  builtins.requireProbes({ name: "probes-2", probes: ["startup", "liveness"], exemptImages }),
  builtins.limitServiceAccounts({ name: "accounts-2", allowed: ["web", "operators/operator"], denied: [] }),
  builtins.requirePriorityClass({ name: "priority-2", required: false, allowed: ["web"] }),
  builtins.requireTopologySpread({
    name: "topology-2",
    minReplicas: 0,
    topologyKeys: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"],
  }),
  builtins.limitReplicas({ name: "replicas-2", minimum: 1, maximum: 2, allowZero: false }),
  builtins.disallowNodePorts({ name: "node-ports-2", allowLoadBalancers: false }),
  builtins.disallowLoadBalancers({ name: "load-balancers-2", allowedClasses: ["example.com/a"] }),
  builtins.limitIngressClasses({ name: "ingress-classes-2", allowed: ["public"], allowNone: true }),
  builtins.disallowWildcardHosts({ name: "wildcard-hosts-2", allowed: ["*.example.com"], allowAnyHost: true }),
  builtins.requireIngressTls({
    name: "ingress-tls-2",
    requiredAnnotations: { "kubernetes.io/ingress.allow-http": "false" },
  }),
  // Any annotation that the generated Ingresses have.
  builtins.requireIngressTls({ name: "ingress-tls-3", certificateAnnotations: ["kubernetes.io/ingress.allow-http"] }),
  builtins.disallowEscalatingRoles({ name: "escalating-2", powers: ["bind", "token"], allowedRoles }),
  builtins.disallowSecretReadingRoles({ name: "secret-reading-2", allowNamed: false, verbs: ["list"], allowedRoles }),
  builtins.disallowWildcardRoles({ name: "wildcard-roles-2", fields: ["verbs", "nonResourceURLs"], allowedRoles }),
  builtins.disallowClusterAdminBindings({
    name: "admin-bindings-2",
    roles: ["admin", "cluster-admin"],
    allowedSubjects: ["User/ann", "ServiceAccount/shop/web"],
  }),
  builtins.limitBindingSubjects({
    name: "binding-subjects-2",
    denied: ["Group/system:serviceaccounts", "User/ann"],
    allowedBindings: ["ops-*"],
  }),
  builtins.limitBindingSubjects({ name: "binding-subjects-3", denied: ["Group/system:*"] }),
  builtins.disallowLatestTag({ name: "latest-tag-2", exemptImages }),
  builtins.denyLabels({ name: "deny-labels-2", labels: ["team", "example.com/owner"] }),
  builtins.requireLabels({
    name: "require-labels-2",
    labels: ["example.com/owner", { key: "team", pattern: "[a-z]+(-[a-z0-9]+)*" }],
    resources: ["pods", "deployments", "persistentvolumeclaims"],
  }),
  builtins.requireAnnotations({
    name: "require-annotations-2",
    annotations: ["example.com/oncall", { key: "example.com/phone", pattern: /[\s+\d]*/ }],
  }),
  builtins.requireResources({
    name: "resources-2",
    requests: ["cpu"],
    limits: ["cpu", "memory"],
    minimum: { cpu: "0.1", memory: "128Mi" },
    exemptImages,
  }),
  builtins.limitResources({
    name: "limit-resources-2",
    maximum: {
      cpu: { limit: "0.1", ratio: 2 },
      memory: { request: "0.125Gi", ratio: 7.99 },
      "example.com/device": { request: "0.5", limit: "1" },
    },
    exemptImages,
  }),
  builtins.limitResources({ name: "limit-resources-3", maximum: { memory: { ratio: 8 } } }),
  builtins.limitVolumeSizes({ name: "volume-sizes-2", maximum: "1Gi", minimum: "0.5Gi" }),
  builtins.limitStorageClasses({ name: "storage-classes-2", allowed: ["premium", ""] }),
  builtins.limitAccessModes({ name: "access-modes-2", allowed: ["ReadWriteMany", "ReadOnlyMany"] }),
  builtins.disallowExec({ name: "exec-2", actions: ["exec", "attach"], allowedGroups: ["oncall"] }),
];

/** Every validator of the catalogue, with its options there, and some of them a second time with others. */
export function comparedPolicies(): readonly Policy[] {
  const all = catalogue.map(({ make }) => make()).filter(({ validate }) => validate !== undefined);
  return [...all, ...others];
}
