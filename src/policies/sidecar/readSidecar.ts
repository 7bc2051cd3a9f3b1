import type { Container, Volume } from "kubernetes-types/core/v1.js";
import { MIRROR_ANNOTATION } from "../../policy/define/isMirrorPod.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { assertJson } from "../../protocol/assertJson.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { isDnsLabel } from "../../protocol/kubernetesNames.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { checkLabelKey } from "../labels/checkLabelKey.ts";

/** The checked parts of a sidecar. Copies, so that later changes of the options have no effect. */
export interface Sidecar {
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly annotations: readonly (readonly [key: string, value: string])[];
}

/** The parts of a sidecar in the options of `injectSidecar`. */
export interface SidecarOptions {
  /** Added after the Pod's own containers: `kubectl logs` and `kubectl exec` use the first one by default. */
  readonly containers?: readonly Container[];
  /** An init container with `restartPolicy: "Always"` is a native sidecar. */
  readonly initContainers?: readonly Container[];
  /** The volumes to add. */
  readonly volumes?: readonly Volume[];
  /** An annotation that the Pod already has keeps its value. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Checks the parts of a sidecar. Throws {@link PolicyDefinitionError} without any part, and for a part that the API server would refuse. */
export function readSidecar(policy: string, options: SidecarOptions): Sidecar {
  const containers = readNamed(policy, "containers", options.containers ?? []);
  const initContainers = readNamed(policy, "initContainers", options.initContainers ?? []);
  const volumes = readNamed(policy, "volumes", options.volumes ?? []);
  const annotations = readAnnotations(policy, options.annotations ?? {});
  if (containers.length + initContainers.length + volumes.length + annotations.length === 0)
    throw new PolicyDefinitionError(
      policy,
      "options.containers",
      "is empty, as are initContainers, volumes and annotations",
    );
  for (const { name, image } of [...containers, ...initContainers])
    if (typeof image !== "string" || image === "")
      throw new PolicyDefinitionError(policy, "options.containers", `has '${name}' without an image`);
  checkUnique(policy, "containers", [...containers, ...initContainers]);
  checkUnique(policy, "volumes", volumes);
  return { containers, initContainers, volumes, annotations };
}

function readNamed<T extends { name: string }>(policy: string, list: string, given: readonly T[]): readonly T[] {
  const field = `options.${list}`;
  if (!Array.isArray(given)) throw new PolicyDefinitionError(policy, field, "is not a list");
  for (const element of given) {
    if (!isJsonObject(element) || typeof element.name !== "string" || !isDnsLabel(element.name))
      throw new PolicyDefinitionError(policy, field, "has an element whose name is missing or not a DNS label");
    try {
      assertJson(element);
    } catch (error) {
      throw new PolicyDefinitionError(
        policy,
        field,
        `has '${element.name}', which is not JSON: ${errorMessage(error)}`,
      );
    }
  }
  return structuredClone(given);
}

function readAnnotations(policy: string, given: unknown): [key: string, value: string][] {
  if (!isJsonObject(given)) throw new PolicyDefinitionError(policy, "options.annotations", "is not an object");
  return Object.entries(given).map(([key, value]) => {
    checkLabelKey(policy, "options.annotations", key);
    if (key === MIRROR_ANNOTATION)
      throw new PolicyDefinitionError(policy, "options.annotations", `has ${key}, which only kubelets may set`);
    if (typeof value !== "string")
      throw new PolicyDefinitionError(policy, "options.annotations", `has a value for '${key}' that is not a string`);
    return [key, value];
  });
}

function checkUnique(policy: string, list: string, parts: readonly { name: string }[]): void {
  const names = new Set<string>();
  for (const { name } of parts) {
    if (names.has(name)) throw new PolicyDefinitionError(policy, `options.${list}`, `has '${name}' twice`);
    names.add(name);
  }
}
