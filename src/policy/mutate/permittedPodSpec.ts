import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { deepEqual } from "../../protocol/patch/deepEqual.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { listPart, objectPart } from "./objectPart.ts";

/** Whether the API server permits a member's change from `then`, as stored, to `now` (`ValidatePodUpdate`). */
const PERMITTED: Readonly<Record<string, (now: unknown, then: unknown) => boolean>> = {
  activeDeadlineSeconds: (now, then) => now !== undefined && (then === undefined || Number(now) <= Number(then)),
  terminationGracePeriodSeconds: (now, then) => now === 1 && Number(then) < 0,
  // Only additions, and other tolerationSeconds.
  tolerations: (now, then) => includesAll(now, then, ["key", "operator", "value", "effect"]),
  // Only deletions.
  schedulingGates: (now, then) => includesAll(then, now, ["name"]),
};

/** The members of containers that each subresource can change (`ValidatePodUpdate`, `ValidatePodResize`). */
const CONTAINER_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  "": ["image"],
  resize: ["resources", "resizePolicy"],
};

/**
 * The spec of a Pod with those of a mutator's changes that the API server permits in an UPDATE of the Pod or of a
 * subresource; undefined for another object, and without changes. `before` is the object as it came, `after` the object
 * with the mutator's changes. Additions to the node selector and the node affinity of a Pod behind a gate are permitted,
 * but left out.
 */
export function permittedPodSpec(
  { resource, subresource, oldObject }: Review,
  { spec: before }: JsonObject,
  { spec: after }: JsonObject,
): JsonObject | undefined {
  // A draft shares the parts that did not change.
  if (before === after || resource.group !== "" || resource.resource !== "pods" || !isJsonObject(before))
    return undefined;
  const old = Object(oldObject?.spec);
  const now = Object(after);
  const spec: Record<string, unknown> = { ...before };
  for (const list of ["containers", "initContainers"])
    if (Array.isArray(before[list]))
      spec[list] = withMembers(before[list], listPart(now, [list]), CONTAINER_MEMBERS[subresource] ?? []);
  const { ephemeralContainers } = now;
  if (subresource === "ephemeralcontainers" && Array.isArray(ephemeralContainers)) {
    const olds = byName(listPart(old, ["ephemeralContainers"]));
    spec.ephemeralContainers = ephemeralContainers.map((it) => olds.get(nameOf(it)) ?? it);
  }
  if (subresource === "resize") spec.resources = now.resources;
  if (subresource === "")
    for (const [key, permits] of Object.entries(PERMITTED))
      if (!deepEqual(before[key], now[key]) && permits(now[key], old[key])) spec[key] = now[key];
  return spec;
}

/** The elements of a list, with some members as in the elements of the same names. */
function withMembers(list: readonly unknown[], changed: readonly unknown[], members: readonly string[]): unknown[] {
  const others = byName(changed);
  return list.map((element) => {
    const other = others.get(nameOf(element));
    if (!isJsonObject(element) || !isJsonObject(other)) return element;
    const copy: Record<string, unknown> = { ...element };
    for (const member of members)
      if (other[member] === undefined) delete copy[member];
      else copy[member] = other[member];
    return copy;
  });
}

/** The elements of a list by their names. Of several with one name the first. */
function byName(list: readonly unknown[]): ReadonlyMap<unknown, unknown> {
  return new Map(list.map((it): [unknown, unknown] => [nameOf(it), it]).reverse());
}

function nameOf(element: unknown): unknown {
  return objectPart(element, ["name"]);
}

/** Whether each element of `some` has an equal one in `all`, compared by these members. */
function includesAll(all: unknown, some: unknown, members: readonly string[]): boolean {
  const textOf = (element: unknown): string => JSON.stringify(members.map((member) => objectPart(element, [member])));
  const known = new Set(listPart(all, []).map(textOf));
  return listPart(some, []).every((element) => known.has(textOf(element)));
}
