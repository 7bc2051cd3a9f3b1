import type { JsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { listPart, objectPart, type PartPath } from "./objectPart.ts";

/**
 * The parts of objects that the API server refuses to change in an UPDATE, by resource, from the `Validate…Update`
 * functions in pkg/apis of k8s.io/kubernetes 1.37. `PART@PATH=VALUE` holds for objects whose PATH has the value, as
 * stored, and `PART@PATH!VALUE` for others. `permittedPodSpec` has the rules of Pods. Kinds that a mutator hardly changes,
 * such as VolumeAttachments and ResourceClaims, are left out.
 */
export const IMMUTABLE: Readonly<Record<string, string>> = {
  clusterrolebindings: "roleRef",
  configmaps: "immutable@immutable=true data@immutable=true binaryData@immutable=true",
  daemonsets: "spec.selector",
  deployments: "spec.selector",
  ingressclasses: "spec.controller",
  jobs: "spec.selector spec.template spec.completionMode spec.podFailurePolicy spec.backoffLimitPerIndex spec.managedBy spec.successPolicy spec.completions@spec.completionMode!Indexed",
  persistentvolumeclaims:
    "spec.accessModes spec.selector spec.volumeName spec.storageClassName spec.volumeMode spec.dataSource spec.dataSourceRef spec.resources@status.phase!Bound spec.volumeAttributesClassName@status.phase!Bound",
  persistentvolumes: "spec.csi spec.nfs spec.hostPath spec.local spec.iscsi spec.fc spec.volumeMode",
  priorityclasses: "value preemptionPolicy",
  replicasets: "spec.selector",
  rolebindings: "roleRef",
  runtimeclasses: "handler",
  secrets: "type immutable@immutable=true data@immutable=true stringData@immutable=true",
  services: "spec.clusterIP spec.clusterIPs spec.loadBalancerClass@spec.type=LoadBalancer",
  statefulsets: "spec.selector spec.volumeClaimTemplates spec.serviceName spec.podManagementPolicy",
  storageclasses: "provisioner parameters reclaimPolicy volumeBindingMode",
};

/** Of every object (`ValidateObjectMetaAccessorUpdate`, k8s.io/apimachinery). */
const METADATA = "metadata.name metadata.namespace metadata.uid";

/** The groups of the API server. Other groups have resources of the same names, such as `jobs`. */
const BUILT_IN = /^[^.]*$|\.k8s\.io$/;

/**
 * The parts of an object that a mutator must not change in an UPDATE. `before` is the object as it came, `after` the
 * object with the mutator's changes.
 */
export function immutableParts({ resource, oldObject }: Review, before: JsonObject, after: JsonObject): PartPath[] {
  const words = BUILT_IN.test(resource.group) ? IMMUTABLE[resource.resource] : undefined;
  const parts: PartPath[] = [];
  for (const word of `${METADATA} ${words ?? ""}`.trimEnd().split(" ")) {
    const [part = "", condition = ""] = word.split("@");
    const [path = "", value] = condition.split(/[=!]/);
    const holds =
      value === undefined || (String(objectPart(oldObject, path.split("."))) === value) === word.includes("=");
    if (holds) parts.push(part.split("."));
  }
  // Finalizers cannot be added in a deletion, and one that a controller has removed must stay removed.
  const finalizers = ["metadata", "finalizers"];
  const had = listPart(before, finalizers);
  if (
    objectPart(oldObject, ["metadata", "deletionTimestamp"]) !== undefined &&
    listPart(after, finalizers).some((it) => !had.includes(it))
  )
    parts.push(finalizers);
  return parts;
}
