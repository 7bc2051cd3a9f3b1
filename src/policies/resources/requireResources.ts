import { deny, type Finding } from "../../policy/define/Finding.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { type BuiltinOptions, checkOptions } from "../BuiltinOptions.ts";
import { quantityValue } from "./quantityValue.ts";

/** A resource that containers must declare, or a Pod for all of its containers. */
export type ComputeResource = "cpu" | "memory";

/** Options of {@link requireResources}. */
export interface RequireResourcesOptions extends BuiltinOptions {
  /** The required requests. Default: `cpu` and `memory`. */
  readonly requests?: readonly ComputeResource[];
  /** The required limits. Default: `memory`. A CPU limit only slows a container; too much memory also harms its neighbours. */
  readonly limits?: readonly ComputeResource[];
  /** Whether Pod templates are checked. Default: true. Use false with a LimitRange: it sets values in Pods before webhooks run, but not in templates. */
  readonly podTemplates?: boolean;
}

const COMPUTE_RESOURCES: readonly string[] = ["cpu", "memory"];

/**
 * Denies containers, init containers and sidecars that do not declare the required requests and limits. Resources of the
 * whole Pod (`spec.resources`, KEP-2837) count for each container. A limit counts as a request, because the API server
 * sets missing requests of a Pod to its limits (`SetDefaults_Pod`). A quantity of zero does not count: it reserves nothing, and the
 * kubelet reads a limit of zero as no limit.
 *
 * Does not check ephemeral containers, which cannot have resources. Returns one denial for each container, with the paths
 * of all missing quantities. Throws {@link PolicyDefinitionError}.
 */
export function requireResources(options: RequireResourcesOptions = {}): Policy {
  checkOptions("require-resources", options, ["requests", "limits", "podTemplates"]);
  const { name = "require-resources", namespaces = {}, podTemplates = true } = options;
  const requests = readResources(name, "requests", options.requests ?? ["cpu", "memory"]);
  const limits = readResources(name, "limits", options.limits ?? ["memory"]);
  if (requests.length + limits.length === 0)
    throw new PolicyDefinitionError(name, "options.requests", "and limits are empty: the policy requires nothing");
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
        const paths = missing.map((key) => `${path}.resources.${key}`).join(" and ");
        return [deny(`container '${container.name}' must set ${paths}`)];
      });
    },
  });
}

function readResources(name: string, field: "requests" | "limits", value: unknown): readonly ComputeResource[] {
  if (Array.isArray(value) && value.every(isComputeResource)) return [...new Set(value)];
  throw new PolicyDefinitionError(name, `options.${field}`, `is not a list of ${COMPUTE_RESOURCES.join(", ")}`);
}

function isComputeResource(value: unknown): value is ComputeResource {
  return typeof value === "string" && COMPUTE_RESOURCES.includes(value);
}

function hasQuantity(resources: unknown, list: string, key: string): boolean {
  const quantities = isJsonObject(resources) ? resources[list] : undefined;
  const quantity = isJsonObject(quantities) ? quantities[key] : undefined;
  return (quantityValue(quantity) ?? 0) !== 0;
}
