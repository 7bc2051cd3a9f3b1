import type { Container, Pod, PodSpec } from "kubernetes-types/core/v1.js";
import { deepEqual } from "../../protocol/patch/deepEqual.ts";
import { asDeclared } from "./asDeclared.ts";
import { dropForgedTokenMounts, tokenVolumeNames } from "./dropForgedTokenMounts.ts";
import type { Sidecar } from "./readSidecar.ts";

/** What to do with an element of the Pod that has the name of an injected one and differs from it. */
export type OnConflict = "deny" | "keep" | "replace";

/** The place of a sidecar's init containers, and the treatment of conflicts. */
export interface SidecarPlacement {
  readonly position: "first" | "last";
  readonly onConflict: OnConflict;
}

/** An element of the Pod that has the name of an injected one, differs from it, and was not replaced. */
export interface SidecarConflict {
  readonly kind: "container" | "volume";
  /** Its path after the injection, such as `spec.containers[1]`. */
  readonly path: string;
}

/** Adds the missing parts of a sidecar to a Pod, in place. Returns the conflicts that were not replaced. */
export function placeSidecar(pod: Pod, sidecar: Sidecar, placement: SidecarPlacement): SidecarConflict[] {
  placeAnnotations(pod, sidecar);
  const { containers, initContainers, volumes } = sidecar;
  if (containers.length + initContainers.length + volumes.length === 0) return [];
  pod.spec ??= { containers: [] };
  const { spec } = pod;
  const last: SidecarPlacement = { ...placement, position: "last" };
  const conflicts = [
    ...placeContainers(spec, "initContainers", initContainers, placement),
    ...placeContainers(spec, "containers", containers, last),
  ];
  if (volumes.length === 0) return conflicts;
  spec.volumes ??= [];
  for (const index of insertNamed(spec.volumes, volumes, last, false))
    conflicts.push({ kind: "volume", path: `spec.volumes[${index}]` });
  return conflicts;
}

function placeAnnotations(pod: Pod, { annotations }: Sidecar): void {
  const present = pod.metadata?.annotations ?? {};
  const missing = annotations.filter(([key]) => !Object.hasOwn(present, key));
  if (missing.length === 0) return;
  pod.metadata ??= {};
  pod.metadata.annotations ??= {};
  for (const [key, value] of missing) pod.metadata.annotations[key] = value;
}

function placeContainers(
  spec: PodSpec,
  list: "containers" | "initContainers",
  wanted: readonly Container[],
  options: SidecarPlacement,
): SidecarConflict[] {
  // Names are unique across both lists (`ValidatePodSpec`), so a name in the other list is a conflict.
  const other = list === "containers" ? "initContainers" : "containers";
  const names = new Set(wanted.map(({ name }) => name));
  const conflicts: SidecarConflict[] = [];
  const taken = new Set<string>();
  for (const [index, { name }] of (spec[other] ?? []).entries()) {
    if (!names.has(name)) continue;
    taken.add(name);
    conflicts.push({ kind: "container", path: `spec.${other}[${index}]` });
  }
  const insertable = wanted.filter(({ name }) => !taken.has(name));
  if (insertable.length === 0) return conflicts;
  spec[list] ??= [];
  if (options.onConflict !== "keep" && Array.isArray(spec[list])) {
    let tokenVolumes: ReadonlySet<string> | undefined;
    for (const container of spec[list]) {
      const declared = insertable.find(({ name }) => name === container.name);
      if (declared === undefined) continue;
      tokenVolumes ??= tokenVolumeNames(spec.volumes);
      dropForgedTokenMounts(container, declared, tokenVolumes);
    }
  }
  for (const index of insertNamed(spec[list], insertable, options, spec.hostNetwork === true))
    conflicts.push({ kind: "container", path: `spec.${list}[${index}]` });
  return conflicts;
}

/**
 * Makes a list have the wanted elements, in place. A missing one is added at the end. One of the same name that has all
 * that is declared loses what is not; one that differs is replaced, or a conflict. With `first` the wanted ones come first,
 * in order, also when another webhook put one before them. Returns the indexes of conflicts that were not replaced. Throws
 * TypeError for a value that is not a list.
 */
function insertNamed<T extends { name: string }>(
  list: T[],
  wanted: readonly T[],
  { position, onConflict }: SidecarPlacement,
  isHostNetwork: boolean,
): number[] {
  if (!Array.isArray(list)) throw new TypeError("a list of containers or volumes in the Pod is not a list");
  const conflicts = new Set<string>();
  let next = 0;
  for (const element of wanted) {
    let index = list.findIndex(({ name }) => name === element.name);
    if (index < 0) index = list.push(structuredClone(element)) - 1;
    else {
      const made = asDeclared(list[index], element, isHostNetwork);
      if (!deepEqual(made, list[index])) {
        if (onConflict === "replace" || (made !== undefined && onConflict === "deny"))
          list[index] = { ...structuredClone(element), ...Object(made) };
        else conflicts.add(element.name);
      }
    }
    if (position !== "first" || conflicts.has(element.name)) continue;
    if (index !== next) list.splice(next, 0, ...list.splice(index, 1));
    next += 1;
  }
  return list.flatMap(({ name }, index) => (conflicts.has(name) ? [index] : []));
}
