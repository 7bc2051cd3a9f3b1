import type { Pod } from "kubernetes-types/core/v1.js";
import { listPart, objectPart } from "../../policy/mutate/objectPart.ts";
import type { GroupVersionResource } from "../../protocol/review/Review.ts";

/**
 * Whether the controller of a Pod is a DaemonSet, which chooses the node of each of its Pods itself; also of the Pod that the
 * template of a DaemonSet describes. `resource` is that of the request.
 */
export function isOfDaemonSet(pod: Pod, { group, resource }: GroupVersionResource): boolean {
  if (group === "apps" && resource === "daemonsets") return true;
  return listPart(pod, ["metadata", "ownerReferences"]).some(
    (owner) => objectPart(owner, ["controller"]) === true && objectPart(owner, ["kind"]) === "DaemonSet",
  );
}
