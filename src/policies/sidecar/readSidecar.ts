import type { Container, Volume } from "kubernetes-types/core/v1.js";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { assertJson } from "../../protocol/assertJson.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { isDnsLabel } from "../../protocol/kubernetesNames.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { checkLabelKey } from "../labels/checkLabelKey.ts";

/** What is added to a Pod: checked, and copies that the options' owner no longer reaches. */
export interface Sidecar {
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly annotations: readonly (readonly [key: string, value: string])[];
}

/** The lists as the user of the policy gives them. */
export interface SidecarOptions {
  /** Put behind the Pod's own, so that the first one, which `kubectl logs` and `exec` take by default, stays the first. */
  readonly containers?: readonly Container[];
  /** A native sidecar is one with `restartPolicy: "Always"`. */
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  /** Those that the Pod has already keep their values. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Checks what is to be injected. Throws {@link PolicyDefinitionError} where no Pod that has it would be taken, or nothing is given. */
export function readSidecar(policy: string, options: SidecarOptions): Sidecar {
  const containers = readNamed(policy, "containers", options.containers ?? []);
  const initContainers = readNamed(policy, "initContainers", options.initContainers ?? []);
  const volumes = readNamed(policy, "volumes", options.volumes ?? []);
  const annotations = readAnnotations(policy, options.annotations ?? {});
  if (containers.length + initContainers.length + volumes.length + annotations.length === 0)
    throw new PolicyDefinitionError(
      policy,
      "options.containers",
      "is empty, and so are initContainers, volumes and annotations",
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
      throw new PolicyDefinitionError(policy, field, "has an element without a name that is a DNS label");
    try {
      assertJson(element);
    } catch (error) {
      const why = errorMessage(error);
      throw new PolicyDefinitionError(policy, field, `has '${element.name}', of which ${why}`);
    }
  }
  return structuredClone(given);
}

function readAnnotations(policy: string, given: unknown): [key: string, value: string][] {
  if (!isJsonObject(given)) throw new PolicyDefinitionError(policy, "options.annotations", "is not an object");
  return Object.entries(given).map(([key, value]) => {
    checkLabelKey(policy, "options.annotations", key);
    if (typeof value !== "string")
      throw new PolicyDefinitionError(policy, "options.annotations", `has for '${key}' what is no string`);
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
