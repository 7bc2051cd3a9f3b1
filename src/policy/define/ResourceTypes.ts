import type * as admissionregistration from "kubernetes-types/admissionregistration/v1.js";
import type * as apps from "kubernetes-types/apps/v1.js";
import type * as autoscalingV1 from "kubernetes-types/autoscaling/v1.js";
import type * as autoscaling from "kubernetes-types/autoscaling/v2.js";
import type * as batch from "kubernetes-types/batch/v1.js";
import type * as core from "kubernetes-types/core/v1.js";
import type { ObjectMeta } from "kubernetes-types/meta/v1.js";
import type * as networking from "kubernetes-types/networking/v1.js";
import type * as disruption from "kubernetes-types/policy/v1.js";
import type * as rbac from "kubernetes-types/rbac/v1.js";
import type * as scheduling from "kubernetes-types/scheduling/v1.js";
import type * as storage from "kubernetes-types/storage/v1.js";

/** Any Kubernetes object: only its type and its metadata are known. The type of custom resources. */
export interface KubernetesObject {
  readonly [member: string]: unknown;
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}

/** `core/v1` PodExecOptions, the object of a CONNECT to `pods/exec`. Typed from the Go source, because the OpenAPI document does not have it. */
export interface PodExecOptions {
  apiVersion?: "v1";
  kind?: "PodExecOptions";
  stdin?: boolean;
  stdout?: boolean;
  stderr?: boolean;
  tty?: boolean;
  container?: string;
  command?: string[];
}

/** `core/v1` PodAttachOptions, the object of a CONNECT to `pods/attach`. */
export interface PodAttachOptions extends Omit<PodExecOptions, "kind" | "command"> {
  kind?: "PodAttachOptions";
}

/** `core/v1` PodPortForwardOptions, the object of a CONNECT to `pods/portforward`. */
export interface PodPortForwardOptions {
  apiVersion?: "v1";
  kind?: "PodPortForwardOptions";
  ports?: number[];
}

interface Resource<Group extends string, Type> {
  group: Group;
  type: Type;
}

/** The API group and the object type of each built-in resource and subresource. */
export interface ResourceTypes {
  pods: Resource<"", core.Pod>;
  "pods/ephemeralcontainers": Resource<"", core.Pod>;
  "pods/resize": Resource<"", core.Pod>;
  "pods/status": Resource<"", core.Pod>;
  "pods/binding": Resource<"", core.Binding>;
  "pods/eviction": Resource<"", disruption.Eviction>;
  "pods/exec": Resource<"", PodExecOptions>;
  "pods/attach": Resource<"", PodAttachOptions>;
  "pods/portforward": Resource<"", PodPortForwardOptions>;
  configmaps: Resource<"", core.ConfigMap>;
  endpoints: Resource<"", core.Endpoints>;
  limitranges: Resource<"", core.LimitRange>;
  namespaces: Resource<"", core.Namespace>;
  nodes: Resource<"", core.Node>;
  persistentvolumeclaims: Resource<"", core.PersistentVolumeClaim>;
  persistentvolumes: Resource<"", core.PersistentVolume>;
  podtemplates: Resource<"", core.PodTemplate>;
  replicationcontrollers: Resource<"", core.ReplicationController>;
  resourcequotas: Resource<"", core.ResourceQuota>;
  secrets: Resource<"", core.Secret>;
  serviceaccounts: Resource<"", core.ServiceAccount>;
  services: Resource<"", core.Service>;
  deployments: Resource<"apps", apps.Deployment>;
  "deployments/scale": Resource<"apps", autoscalingV1.Scale>;
  statefulsets: Resource<"apps", apps.StatefulSet>;
  "statefulsets/scale": Resource<"apps", autoscalingV1.Scale>;
  daemonsets: Resource<"apps", apps.DaemonSet>;
  replicasets: Resource<"apps", apps.ReplicaSet>;
  "replicasets/scale": Resource<"apps", autoscalingV1.Scale>;
  jobs: Resource<"batch", batch.Job>;
  cronjobs: Resource<"batch", batch.CronJob>;
  horizontalpodautoscalers: Resource<"autoscaling", autoscaling.HorizontalPodAutoscaler>;
  ingresses: Resource<"networking.k8s.io", networking.Ingress>;
  ingressclasses: Resource<"networking.k8s.io", networking.IngressClass>;
  networkpolicies: Resource<"networking.k8s.io", networking.NetworkPolicy>;
  poddisruptionbudgets: Resource<"policy", disruption.PodDisruptionBudget>;
  roles: Resource<"rbac.authorization.k8s.io", rbac.Role>;
  rolebindings: Resource<"rbac.authorization.k8s.io", rbac.RoleBinding>;
  clusterroles: Resource<"rbac.authorization.k8s.io", rbac.ClusterRole>;
  clusterrolebindings: Resource<"rbac.authorization.k8s.io", rbac.ClusterRoleBinding>;
  priorityclasses: Resource<"scheduling.k8s.io", scheduling.PriorityClass>;
  storageclasses: Resource<"storage.k8s.io", storage.StorageClass>;
  validatingwebhookconfigurations: Resource<
    "admissionregistration.k8s.io",
    admissionregistration.ValidatingWebhookConfiguration
  >;
  mutatingwebhookconfigurations: Resource<
    "admissionregistration.k8s.io",
    admissionregistration.MutatingWebhookConfiguration
  >;
}

/** A resource as in the rules of a registration: `pods`, `pods/exec`, `*`, or the plural of a custom resource. */
export type ResourceName = keyof ResourceTypes | (string & {});

/**
 * The type of `ctx.object` for a resource `R` in the API groups `G` (never: the resource's own group). A resource of
 * another group with the name of a built-in resource is a {@link KubernetesObject}.
 */
export type ObjectOf<R extends string, G extends string> = R extends keyof ResourceTypes
  ? [G] extends [never]
    ? ResourceTypes[R]["type"]
    : G extends ResourceTypes[R]["group"]
      ? ResourceTypes[R]["type"]
      : KubernetesObject
  : KubernetesObject;
