import { deny, type Finding } from "../../policy/define/Finding.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import type { BuiltinOptions } from "../BuiltinOptions.ts";
import { checkOptions } from "../checkOptions.ts";
import { quantityValue } from "./quantityValue.ts";

/** A resource that a container can be made to declare, and that a Pod can declare for all of its containers. */
export type ComputeResource = "cpu" | "memory";

/** What {@link requireResources} takes. */
export interface RequireResourcesOptions extends BuiltinOptions {
  /** Default: `cpu` and `memory`. */
  readonly requests?: readonly ComputeResource[];
  /** Default: `memory`. A limit on CPU only slows a container down, while memory that runs out takes its neighbours with it. */
  readonly limits?: readonly ComputeResource[];
  /** Default: true. False where a LimitRange supplies the values: it sees Pods before any webhook does, but no templates. */
  readonly podTemplates?: boolean;
}

const COMPUTE: readonly string[] = ["cpu", "memory"];

/**
 * Refuses containers and init containers (sidecars too) that do not declare their requests and limits. What the Pod
 * declares as a whole (`spec.resources`, KEP-2837) counts for each of them. A limit counts as a request, for the API
 * server makes the one from the other (`SetDefaults_Pod`), in Pods, though not yet in templates. A quantity of zero
 * counts as none: it reserves nothing, and as a limit it means no limit to the kubelet.
 *
 * Nothing is asked of ephemeral containers: the API refuses resources on them. One denial for each container, with the
 * real paths of all that it lacks. Throws {@link PolicyDefinitionError}.
 */
export function requireResources(options: RequireResourcesOptions = {}): Policy {
  checkOptions("require-resources", options, ["requests", "limits", "podTemplates"]);
  const { name = "require-resources", namespaces = {}, podTemplates = true } = options;
  const requests = readResources(name, "requests", options.requests ?? ["cpu", "memory"]);
  const limits = readResources(name, "limits", options.limits ?? ["memory"]);
  if (requests.length + limits.length === 0)
    throw new PolicyDefinitionError(
      name,
      "options.requests",
      "is empty, and so is limits: the policy would demand nothing",
    );
  return policy({
    name,
    description: `Containers must declare ${[...requests.map((key) => `requests.${key}`), ...limits.map((key) => `limits.${key}`)].join(", ")}`,
    match: { resources: ["pods"], podTemplates, ephemeralContainers: false, namespaces },
    validate: ({ object, containers }): Finding[] => {
      const wholePod: unknown = Reflect.get(object.spec ?? {}, "resources");
      return containers().flatMap(({ container, path }) => {
        const declares = (list: "requests" | "limits", key: ComputeResource): boolean =>
          hasQuantity(container.resources, list, key) || hasQuantity(wholePod, list, key);
        const missing = [
          ...requests
            .filter((key) => !declares("requests", key) && !declares("limits", key))
            .map((key) => `requests.${key}`),
          ...limits.filter((key) => !declares("limits", key)).map((key) => `limits.${key}`),
        ];
        if (missing.length === 0) return [];
        const places = missing.map((place) => `${path}.resources.${place}`).join(" and ");
        return [deny(`container '${container.name}' must set ${places}`)];
      });
    },
  });
}

function readResources(name: string, field: "requests" | "limits", value: unknown): readonly ComputeResource[] {
  if (Array.isArray(value) && value.every(isComputeResource)) return [...new Set(value)];
  throw new PolicyDefinitionError(name, `options.${field}`, `is not a list of ${COMPUTE.join(", ")}`);
}

function isComputeResource(value: unknown): value is ComputeResource {
  return typeof value === "string" && COMPUTE.includes(value);
}

function hasQuantity(resources: unknown, list: string, key: string): boolean {
  const quantities = isJsonObject(resources) ? resources[list] : undefined;
  const quantity = isJsonObject(quantities) ? quantities[key] : undefined;
  return (quantityValue(quantity) ?? 0) !== 0;
}
