import type { Container, EphemeralContainer } from "kubernetes-types/core/v1.js";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
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
 * a Pod without a spec, a list that is not an array and an element that is not a container: a policy must not miss one. A
 * container without a name has the empty name.
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
      const container = containerOf(members[index]);
      if (container === undefined)
        throw notAPod(`${at}[${index}] is not a container: expected an object, with a name that is a text`);
      found.push({ container, list, path: `${at}[${index}]` });
    }
  }
  return found;
}

/**
 * A container without a name has an empty one: a Pod is refused without it, and in templates of custom resources, such as
 * Knative Services, the controller names it.
 */
function containerOf(value: unknown): Container | undefined {
  if (!isJsonObject(value)) return undefined;
  if (value.name === undefined || value.name === null) return Object.freeze({ ...value, name: "" });
  return isContainer(value) ? value : undefined;
}

function isContainer(value: JsonObject): value is JsonObject & Container {
  return typeof value.name === "string";
}

function notAPod(fault: string): PolicyUseError {
  return new PolicyUseError("PodError", "not-a-pod", fault);
}
