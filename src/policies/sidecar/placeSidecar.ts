import type { Container, Pod, PodSpec } from "kubernetes-types/core/v1.js";
import { insertNamed, type OnConflict } from "./insertNamed.ts";
import type { Sidecar } from "./readSidecar.ts";

/** Where a sidecar's parts go, and what gives way. */
export interface SidecarPlacement {
  readonly initPosition: "first" | "last";
  readonly onConflict: OnConflict;
}

/** A part of the Pod that has the name of one of the sidecar's and is another. */
export interface Stranger {
  readonly what: "container" | "volume";
  /** Its place once the sidecar is in, such as `spec.containers[1]`. */
  readonly path: string;
}

/** Puts the sidecar into a Pod, in place: what is not there yet. Returns what stood in the way and was not replaced. */
export function placeSidecar(pod: Pod, sidecar: Sidecar, placement: SidecarPlacement): Stranger[] {
  placeAnnotations(pod, sidecar);
  const { containers, initContainers, volumes } = sidecar;
  if (containers.length + initContainers.length + volumes.length === 0) return [];
  pod.spec ??= { containers: [] };
  const { spec } = pod;
  const { initPosition, onConflict } = placement;
  const strangers = [
    ...placeContainers(spec, "initContainers", initContainers, { position: initPosition, onConflict }),
    ...placeContainers(spec, "containers", containers, { position: "last", onConflict }),
  ];
  if (volumes.length === 0) return strangers;
  spec.volumes ??= [];
  for (const index of insertNamed(spec.volumes, volumes, { position: "last", onConflict }))
    strangers.push({ what: "volume", path: `spec.volumes[${index}]` });
  return strangers;
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
  how: Parameters<typeof insertNamed>[2],
): Stranger[] {
  // The two lists share their names (`ValidatePodSpec`), so one that is taken in the other list is taken here.
  const other = list === "containers" ? "initContainers" : "containers";
  const names = new Set(wanted.map(({ name }) => name));
  const strangers: Stranger[] = [];
  const taken = new Set<string>();
  for (const [index, { name }] of (spec[other] ?? []).entries()) {
    if (!names.has(name)) continue;
    taken.add(name);
    strangers.push({ what: "container", path: `spec.${other}[${index}]` });
  }
  const open = wanted.filter(({ name }) => !taken.has(name));
  if (open.length === 0) return strangers;
  spec[list] ??= [];
  for (const index of insertNamed(spec[list], open, how))
    strangers.push({ what: "container", path: `spec.${list}[${index}]` });
  return strangers;
}
