import type { Container, EphemeralContainer } from "kubernetes-types/core/v1.js";
import { isJsonObject } from "../../protocol/Json.ts";
import { PolicyUseError } from "./PolicyUseError.ts";

/** A container of a Pod and its path. */
export interface PodContainer {
  /** Ephemeral containers also have `targetContainerName`, and have no ports, probes or resources. */
  readonly container: Container | EphemeralContainer;
  readonly list: "containers" | "initContainers" | "ephemeralContainers";
  /** The path in the reviewed object, such as `spec.template.spec.initContainers[0]`. */
  readonly path: string;
}

const LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;

/**
 * Returns a Pod's containers in the order in which they start. Empty for an object of another kind. Throws {@link PolicyUseError} for
 * a Pod without a spec, a list that is not an array and an element that is not a container: a policy must not miss one.
 */
export function podContainers(
  pod: unknown,
  path: (...segments: readonly (string | number)[]) => string,
  withEphemeral: boolean,
): PodContainer[] {
  if (!isJsonObject(pod)) return [];
  const spec = pod.spec;
  if (!isJsonObject(spec)) {
    if (pod.kind === "Pod") throw notAPod(`${path("spec")} is not an object`);
    return [];
  }
  const found: PodContainer[] = [];
  for (const list of LISTS) {
    if (list === "ephemeralContainers" && !withEphemeral) continue;
    const members = spec[list];
    if (members === undefined || members === null) continue;
    const at = path("spec", list);
    if (!Array.isArray(members)) throw notAPod(`${at} is not a list`);
    for (let index = 0; index < members.length; index += 1) {
      const container: unknown = members[index];
      if (!isContainer(container)) throw notAPod(`${at}[${index}] is not a container`);
      found.push({ container, list, path: `${at}[${index}]` });
    }
  }
  return found;
}

function isContainer(value: unknown): value is Container {
  return isJsonObject(value) && typeof value.name === "string";
}

function notAPod(fault: string): PolicyUseError {
  return new PolicyUseError("PodError", "not-a-pod", fault);
}
