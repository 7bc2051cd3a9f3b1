import { pluralOfKind } from "../../protocol/kubernetesNames.ts";

/** The resource of a kind: its plural in URLs, and whether its objects have a namespace. */
export interface KindResource {
  readonly resource: string;
  readonly namespaced: boolean;
}

/** The groups of the API server itself. Groups without a dot are reserved for it as well. */
const BUILT_IN_GROUPS = new Set([
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "metrics.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

/**
 * Cluster-scoped kinds as `group/kind`. All other built-in kinds are namespaced. GatewayClass is not built in, but
 * common.
 */
const CLUSTER_SCOPED = new Set([
  "/Namespace",
  "/Node",
  "/PersistentVolume",
  "/ComponentStatus",
  "admissionregistration.k8s.io/MutatingAdmissionPolicy",
  "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
  "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
  "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "apiregistration.k8s.io/APIService",
  "authentication.k8s.io/SelfSubjectReview",
  "authentication.k8s.io/TokenReview",
  "authorization.k8s.io/SelfSubjectAccessReview",
  "authorization.k8s.io/SelfSubjectRulesReview",
  "authorization.k8s.io/SubjectAccessReview",
  "certificates.k8s.io/CertificateSigningRequest",
  "certificates.k8s.io/ClusterTrustBundle",
  "flowcontrol.apiserver.k8s.io/FlowSchema",
  "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
  "gateway.networking.k8s.io/GatewayClass",
  "internal.apiserver.k8s.io/StorageVersion",
  "metrics.k8s.io/NodeMetrics",
  "networking.k8s.io/IngressClass",
  "networking.k8s.io/IPAddress",
  "networking.k8s.io/ServiceCIDR",
  "node.k8s.io/RuntimeClass",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "resource.k8s.io/DeviceClass",
  "resource.k8s.io/DeviceTaintRule",
  "resource.k8s.io/ResourceSlice",
  "scheduling.k8s.io/PriorityClass",
  "storage.k8s.io/CSIDriver",
  "storage.k8s.io/CSINode",
  "storage.k8s.io/StorageClass",
  "storage.k8s.io/VolumeAttachment",
  "storage.k8s.io/VolumeAttributesClass",
  "storagemigration.k8s.io/StorageVersionMigration",
]);

/** Kinds with a resource that is not their plural. */
const RESOURCES: ReadonlyMap<string, string> = new Map([
  ["metrics.k8s.io/NodeMetrics", "nodes"],
  ["metrics.k8s.io/PodMetrics", "pods"],
]);

/**
 * The resource of a kind, without a cluster: the lower-case plural, by the rules of the Kubernetes API. A kind that is
 * not built in counts as namespaced, as most custom resources are.
 */
export function resourceOfKind(group: string, kind: string): KindResource {
  return {
    resource: RESOURCES.get(`${group}/${kind}`) ?? pluralOfKind(kind),
    namespaced: !CLUSTER_SCOPED.has(`${group}/${kind}`),
  };
}

/** Whether the API server itself has a group, so that no CustomResourceDefinition declares its kinds. */
export function isBuiltInGroup(group: string): boolean {
  return !group.includes(".") || BUILT_IN_GROUPS.has(group);
}

const CLUSTER_SCOPED_RESOURCES: ReadonlySet<string> = new Set(
  [...CLUSTER_SCOPED].map((name) => {
    const slash = name.indexOf("/");
    return `${name.slice(0, slash)}/${resourceOfKind(name.slice(0, slash), name.slice(slash + 1)).resource}`;
  }),
);

/** Whether a resource of a built-in group has no namespace. */
export function isClusterScopedResource(group: string, resource: string): boolean {
  return CLUSTER_SCOPED_RESOURCES.has(`${group}/${resource}`);
}
