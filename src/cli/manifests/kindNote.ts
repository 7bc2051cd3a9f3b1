import { isBuiltInGroup } from "./resourceOfKind.ts";

/** The built-in kinds that clients write, by the newest version of their group (Kubernetes 1.34, without lists and reviews). */
const KINDS: Readonly<Record<string, string>> = {
  v1: "Binding ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
  "admissionregistration.k8s.io/v1":
    "MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration",
  "apiextensions.k8s.io/v1": "CustomResourceDefinition",
  "apiregistration.k8s.io/v1": "APIService",
  "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
  "autoscaling/v2": "HorizontalPodAutoscaler",
  "batch/v1": "CronJob Job",
  "certificates.k8s.io/v1": "CertificateSigningRequest",
  "coordination.k8s.io/v1": "Lease",
  "discovery.k8s.io/v1": "EndpointSlice",
  "events.k8s.io/v1": "Event",
  "flowcontrol.apiserver.k8s.io/v1": "FlowSchema PriorityLevelConfiguration",
  "networking.k8s.io/v1": "Ingress IngressClass IPAddress NetworkPolicy ServiceCIDR",
  "node.k8s.io/v1": "RuntimeClass",
  "policy/v1": "PodDisruptionBudget",
  "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding Role RoleBinding",
  "resource.k8s.io/v1": "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
  "scheduling.k8s.io/v1": "PriorityClass",
  "storage.k8s.io/v1": "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass",
};

const BUILT_IN = Object.entries(KINDS).flatMap(([apiVersion, kinds]) =>
  kinds.split(" ").map((kind) => ({ apiVersion, kind })),
);

/**
 * A note on an object of a built-in group whose kind is written otherwise, `pod`, or is in another group, `Deployment` in
 * `v1`. An API server refuses it, and no policy is asked. Undefined for any other object.
 */
export function kindNote(group: string, version: string, kind: string): string | undefined {
  if (!isBuiltInGroup(group)) return undefined;
  const alike = BUILT_IN.filter((it) => it.kind.toLowerCase() === kind.toLowerCase());
  const groupOf = (apiVersion: string): string => (apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "");
  const inGroup = alike.find(({ apiVersion }) => groupOf(apiVersion) === group);
  if (inGroup?.kind === kind || alike.length === 0) return undefined;
  const meant = inGroup === undefined ? alike : [inGroup];
  const names = meant.map((it) => `${it.apiVersion} ${it.kind}`).join(" or ");
  return `${group === "" ? version : `${group}/${version}`} has no kind ${kind}; did you mean ${names}?`;
}
