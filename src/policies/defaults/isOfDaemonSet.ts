import type { Pod } from "kubernetes-types/core/v1.js";
import { listPart, objectPart } from "../../policy/mutate/objectPart.ts";

/** Whether the controller of a Pod is a DaemonSet, which chooses the node of each of its Pods itself. */
export function isOfDaemonSet(pod: Pod): boolean {
  return listPart(pod, ["metadata", "ownerReferences"]).some(
    (owner) => objectPart(owner, ["controller"]) === true && objectPart(owner, ["kind"]) === "DaemonSet",
  );
}
