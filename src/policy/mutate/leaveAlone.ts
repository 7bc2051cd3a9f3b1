import type { JsonObject } from "../../protocol/Json.ts";
import { deepEqual } from "../../protocol/patch/deepEqual.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { formatPath } from "../define/formatPath.ts";
import { isMirrorPod } from "../define/isMirrorPod.ts";
import { podTemplatePath } from "../define/podTemplate.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import { immutableParts } from "./immutableParts.ts";
import { listPart, objectPart, type PartPath, withPart } from "./objectPart.ts";
import { permittedPodSpec } from "./permittedPodSpec.ts";
import { selectorLabels } from "./selectorLabels.ts";

/** A mutator's changes without those that are left alone. */
export interface PermittedChange {
  readonly object: JsonObject;
  /** What was left alone, as `PATH (REASON)`. */
  readonly left: readonly string[];
}

const IMMUTABLE = "immutable";
const CONTROLLED = "a controller owns the object";

/** Why a mutator must not change anything that it sees; undefined when it may run. */
export function leftWhole({ template }: PolicyHit, review: Review): string | undefined {
  if (isMirrorPod(review)) return "the Pod (a mirror Pod)";
  if (template.length > 0 && controllersOf(review).length > 0) return `${formatPath(template)} (${CONTROLLED})`;
  return undefined;
}

/**
 * Takes back the changes of a mutator that would break the object:
 *
 * | part | reason |
 * |---|---|
 * | immutable parts, on UPDATE | the API server would refuse the whole request, which a controller then repeats without end |
 * | the Pod template of an object with a controller | the controller compares it with its own, and would create another object |
 * | the owners of an object with a controller, and the labels that it has | the controller finds the object by them; its selector is not known |
 * | the node affinity of a DaemonSet's Pod | it binds the Pod to its node; the DaemonSet would create another one |
 * | labels of a Pod template that are in the selector of the workload | the workload would not find its Pods |
 *
 * Each part becomes as in `before`, the object that the mutator got. Parts that the client changed are the API server's
 * matter. A mutator that changes a selector itself, on CREATE, may change the labels too.
 */
export function leaveAlone(hit: PolicyHit, review: Review, before: JsonObject, after: JsonObject): PermittedChange {
  const left: string[] = [];
  let object = after;
  if (before === after) return { object, left };
  const put = (path: PartPath, part: unknown, reason: string): void => {
    if (deepEqual(part, objectPart(object, path))) return;
    object = Object(withPart(object, path, part));
    left.push(`${formatPath(path)} (${reason})`);
  };
  const putBack = (path: PartPath, reason: string): void => put(path, objectPart(before, path), reason);
  if (review.operation === "UPDATE") {
    const spec = permittedPodSpec(review, before, after);
    if (spec !== undefined)
      for (const key of Object.keys({ ...spec, ...Object(after.spec) })) put(["spec", key], spec[key], IMMUTABLE);
    if (review.subresource === "") for (const path of immutableParts(review, before, after)) putBack(path, IMMUTABLE);
  }
  const template = hit.template.length > 0 ? hit.template : podTemplatePath(review.resource);
  const controllers = controllersOf(review);
  if (controllers.length > 0) {
    const labels = ["metadata", "labels"];
    putBack(["metadata", "ownerReferences"], CONTROLLED);
    putBack(template, CONTROLLED);
    if (controllers.includes("DaemonSet")) putBack(["spec", "affinity", "nodeAffinity"], CONTROLLED);
    for (const key of Object.keys(Object(objectPart(review.object, labels)))) putBack([...labels, key], CONTROLLED);
  }
  const at = [...template.slice(0, -1), "selector"];
  const selector = objectPart(before, at);
  // A mutator that also changes the selector, of a new object, means it.
  if (deepEqual(selector, objectPart(object, at)))
    for (const [key, value] of selectorLabels(selector, review.resource)) {
      const label = [...template, "metadata", "labels", key];
      if (value === undefined || objectPart(object, label) !== value) putBack(label, "in a selector");
    }
  return { object, left };
}

/**
 * The kinds of an object's controllers: one, and another one where the request changes it. Also of an object that its
 * controller releases by this request: another one may adopt it.
 */
function controllersOf({ object, oldObject }: Review): unknown[] {
  return [object, oldObject]
    .flatMap((it) => listPart(it, ["metadata", "ownerReferences"]))
    .filter((owner) => objectPart(owner, ["controller"]) === true)
    .map((owner) => objectPart(owner, ["kind"]));
}
