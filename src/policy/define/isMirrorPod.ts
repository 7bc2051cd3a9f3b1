import { isJsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";

/** The annotation of a mirror Pod. */
export const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";
/** The group of all kubelets (NodeRestriction, k8s.io/kubernetes). */
export const NODES = "system:nodes";

/**
 * Whether a review is of a mirror Pod: the picture of a static Pod that its kubelet makes. The Pod runs already. The API
 * server stores the annotation only with a node, and refuses to add or remove it (`ValidatePodSpecificAnnotations`,
 * `ValidatePodSpecificAnnotationUpdates`).
 */
export function isMirrorPod({ resource, object, user }: Review): boolean {
  if (resource.group !== "" || resource.resource !== "pods" || object === null) return false;
  // Others may write the annotation as well.
  if (!user.groups.includes(NODES)) return false;
  const { metadata, spec } = object;
  const annotations = isJsonObject(metadata) ? metadata.annotations : undefined;
  return (
    isJsonObject(annotations) &&
    Object.hasOwn(annotations, MIRROR_ANNOTATION) &&
    isJsonObject(spec) &&
    typeof spec.nodeName === "string" &&
    spec.nodeName !== ""
  );
}
