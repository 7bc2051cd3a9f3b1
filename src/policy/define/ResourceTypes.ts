import type * as admissionregistration from "kubernetes-types/admissionregistration/v1.js";
import type * as apiextensions from "kubernetes-types/apiextensions/v1.js";
import type * as apps from "kubernetes-types/apps/v1.js";
import type * as authentication from "kubernetes-types/authentication/v1.js";
import type * as autoscalingV1 from "kubernetes-types/autoscaling/v1.js";
import type * as autoscaling from "kubernetes-types/autoscaling/v2.js";
import type * as batch from "kubernetes-types/batch/v1.js";
import type * as certificates from "kubernetes-types/certificates/v1.js";
import type * as coordination from "kubernetes-types/coordination/v1.js";
import type * as core from "kubernetes-types/core/v1.js";
import type * as discovery from "kubernetes-types/discovery/v1.js";
import type * as events from "kubernetes-types/events/v1.js";
import type * as flowcontrol from "kubernetes-types/flowcontrol/v1.js";
import type { ObjectMeta } from "kubernetes-types/meta/v1.js";
import type * as networking from "kubernetes-types/networking/v1.js";
import type * as node from "kubernetes-types/node/v1.js";
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

interface Resource<ApiVersion extends string, Type> {
  apiVersion: ApiVersion;
  type: Type;
}

/**
 * The group and version and the object type of each built-in resource and subresource. The version is the newest stable
 * one. Policies judge objects in this version, whatever version the client chose.
 */
export interface ResourceTypes {
  pods: Resource<"v1", core.Pod>;
  "pods/ephemeralcontainers": Resource<"v1", core.Pod>;
  "pods/resize": Resource<"v1", core.Pod>;
  "pods/status": Resource<"v1", core.Pod>;
  "pods/binding": Resource<"v1", core.Binding>;
  "pods/eviction": Resource<"v1", disruption.Eviction>;
  "pods/exec": Resource<"v1", PodExecOptions>;
  "pods/attach": Resource<"v1", PodAttachOptions>;
  "pods/portforward": Resource<"v1", PodPortForwardOptions>;
  bindings: Resource<"v1", core.Binding>;
  configmaps: Resource<"v1", core.ConfigMap>;
  endpoints: Resource<"v1", core.Endpoints>;
  events: Resource<"v1", core.Event>;
  limitranges: Resource<"v1", core.LimitRange>;
  namespaces: Resource<"v1", core.Namespace>;
  "namespaces/finalize": Resource<"v1", core.Namespace>;
  "namespaces/status": Resource<"v1", core.Namespace>;
  nodes: Resource<"v1", core.Node>;
  "nodes/status": Resource<"v1", core.Node>;
  persistentvolumeclaims: Resource<"v1", core.PersistentVolumeClaim>;
  persistentvolumes: Resource<"v1", core.PersistentVolume>;
  podtemplates: Resource<"v1", core.PodTemplate>;
  replicationcontrollers: Resource<"v1", core.ReplicationController>;
  "replicationcontrollers/scale": Resource<"v1", autoscalingV1.Scale>;
  resourcequotas: Resource<"v1", core.ResourceQuota>;
  secrets: Resource<"v1", core.Secret>;
  serviceaccounts: Resource<"v1", core.ServiceAccount>;
  "serviceaccounts/token": Resource<"v1", authentication.TokenRequest>;
  services: Resource<"v1", core.Service>;
  daemonsets: Resource<"apps/v1", apps.DaemonSet>;
  deployments: Resource<"apps/v1", apps.Deployment>;
  "deployments/scale": Resource<"apps/v1", autoscalingV1.Scale>;
  replicasets: Resource<"apps/v1", apps.ReplicaSet>;
  "replicasets/scale": Resource<"apps/v1", autoscalingV1.Scale>;
  statefulsets: Resource<"apps/v1", apps.StatefulSet>;
  "statefulsets/scale": Resource<"apps/v1", autoscalingV1.Scale>;
  horizontalpodautoscalers: Resource<"autoscaling/v2", autoscaling.HorizontalPodAutoscaler>;
  cronjobs: Resource<"batch/v1", batch.CronJob>;
  jobs: Resource<"batch/v1", batch.Job>;
  certificatesigningrequests: Resource<"certificates.k8s.io/v1", certificates.CertificateSigningRequest>;
  "certificatesigningrequests/approval": Resource<"certificates.k8s.io/v1", certificates.CertificateSigningRequest>;
  leases: Resource<"coordination.k8s.io/v1", coordination.Lease>;
  endpointslices: Resource<"discovery.k8s.io/v1", discovery.EndpointSlice>;
  flowschemas: Resource<"flowcontrol.apiserver.k8s.io/v1", flowcontrol.FlowSchema>;
  prioritylevelconfigurations: Resource<"flowcontrol.apiserver.k8s.io/v1", flowcontrol.PriorityLevelConfiguration>;
  ingressclasses: Resource<"networking.k8s.io/v1", networking.IngressClass>;
  ingresses: Resource<"networking.k8s.io/v1", networking.Ingress>;
  networkpolicies: Resource<"networking.k8s.io/v1", networking.NetworkPolicy>;
  runtimeclasses: Resource<"node.k8s.io/v1", node.RuntimeClass>;
  poddisruptionbudgets: Resource<"policy/v1", disruption.PodDisruptionBudget>;
  clusterrolebindings: Resource<"rbac.authorization.k8s.io/v1", rbac.ClusterRoleBinding>;
  clusterroles: Resource<"rbac.authorization.k8s.io/v1", rbac.ClusterRole>;
  rolebindings: Resource<"rbac.authorization.k8s.io/v1", rbac.RoleBinding>;
  roles: Resource<"rbac.authorization.k8s.io/v1", rbac.Role>;
  priorityclasses: Resource<"scheduling.k8s.io/v1", scheduling.PriorityClass>;
  csidrivers: Resource<"storage.k8s.io/v1", storage.CSIDriver>;
  csinodes: Resource<"storage.k8s.io/v1", storage.CSINode>;
  storageclasses: Resource<"storage.k8s.io/v1", storage.StorageClass>;
  volumeattachments: Resource<"storage.k8s.io/v1", storage.VolumeAttachment>;
  customresourcedefinitions: Resource<"apiextensions.k8s.io/v1", apiextensions.CustomResourceDefinition>;
  mutatingwebhookconfigurations: Resource<
    "admissionregistration.k8s.io/v1",
    admissionregistration.MutatingWebhookConfiguration
  >;
  validatingwebhookconfigurations: Resource<
    "admissionregistration.k8s.io/v1",
    admissionregistration.ValidatingWebhookConfiguration
  >;
}

/** Built-in resources that the API server serves in a second group, with objects of another type. */
export interface SecondResourceTypes {
  events: Resource<"events.k8s.io/v1", events.Event>;
}

/** The group of an `apiVersion`. */
type GroupOf<ApiVersion extends string> = ApiVersion extends `${infer Group}/${string}` ? Group : "";

/** A resource as in the rules of a registration: `pods`, `pods/exec`, `*`, or the plural of a custom resource. */
export type ResourceName = keyof ResourceTypes | (string & {});

/**
 * The type of `ctx.object` for a resource `R` in the API groups `G` (never: the resource's own group). A resource of
 * another group with the name of a built-in resource is a {@link KubernetesObject}.
 */
export type ObjectOf<R extends string, G extends string> = R extends keyof ResourceTypes
  ? [G] extends [never]
    ? ResourceTypes[R]["type"]
    : G extends GroupOf<ResourceTypes[R]["apiVersion"]>
      ? ResourceTypes[R]["type"]
      : SecondObjectOf<R, G>
  : KubernetesObject;

type SecondObjectOf<R extends string, G extends string> = R extends keyof SecondResourceTypes
  ? G extends GroupOf<SecondResourceTypes[R]["apiVersion"]>
    ? SecondResourceTypes[R]["type"]
    : KubernetesObject
  : KubernetesObject;
