import { isJsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";

const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

/**
 * Whether a review is of a mirror Pod: the kubelet's picture of a static Pod, which runs already. The API server stores
 * the annotation only with a node, refuses to add or remove it, and no kubelet runs such a Pod
 * (`ValidatePodSpecificAnnotations`, `ValidatePodSpecificAnnotationUpdates`).
 */
export function isMirrorPod({ resource, object }: Review): boolean {
  if (resource.group !== "" || resource.resource !== "pods" || object === null) return false;
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
