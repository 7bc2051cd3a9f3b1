import type { Container, EphemeralContainer } from "kubernetes-types/core/v1.js";
import { isJsonObject } from "../protocol/Json.ts";
import { formatPath } from "./formatPath.ts";

/** One container of a Pod and where it stands. */
export interface PodContainer {
  /** Ephemeral containers have the same fields but for `targetContainerName`, and take neither ports, probes nor resources. */
  readonly container: Container | EphemeralContainer;
  readonly list: "containers" | "initContainers" | "ephemeralContainers";
  /** The real path, such as `spec.template.spec.initContainers[0]`. */
  readonly path: string;
}

const LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;

/**
 * A Pod's containers in the order in which they start; none for an object of another kind. `template` is where the Pod
 * stands in the reviewed object. A Pod without a spec, a list that is none and an element that is no container are
 * errors: a policy must not miss one. The list and its members are frozen, for policies share them.
 */
export function podContainers(
  pod: unknown,
  template: readonly string[],
  withEphemeral: boolean,
): readonly PodContainer[] {
  if (!isJsonObject(pod)) return NONE;
  const at = formatPath([...template, "spec"]);
  const spec = pod.spec;
  if (!isJsonObject(spec)) {
    if (pod.kind === "Pod") throw new TypeError(`${at} is not an object`);
    return NONE;
  }
  const found: PodContainer[] = [];
  for (const list of LISTS) {
    if (list === "ephemeralContainers" && !withEphemeral) continue;
    const members = spec[list] ?? [];
    if (!Array.isArray(members)) throw new TypeError(`${at}.${list} is not a list`);
    for (const [index, member] of members.entries()) {
      const path = `${at}.${list}[${index}]`;
      if (!isContainer(member)) throw new TypeError(`${path} is not a container`);
      found.push(Object.freeze({ container: member, list, path }));
    }
  }
  return Object.freeze(found);
}

const NONE: readonly PodContainer[] = Object.freeze([]);

function isContainer(value: unknown): value is Container {
  return isJsonObject(value) && typeof value.name === "string";
}
