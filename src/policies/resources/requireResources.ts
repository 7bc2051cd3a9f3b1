import { deny, type Finding } from "../../policy/define/Finding.ts";
import type { Match } from "../../policy/define/Match.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import { applySettings } from "../../policy/validations/FindingSettings.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { matchesGlob } from "../../protocol/matchesGlob.ts";
import { checkValidatorOptions, type ValidatorOptions } from "../BuiltinOptions.ts";
import { readExemptImages } from "../exemptImages.ts";
import { quantityValue } from "./quantityValue.ts";

/** A resource that containers must declare, or a Pod for all of its containers. */
export type ComputeResource = "cpu" | "memory";

/** Options of {@link requireResources}. */
export interface RequireResourcesOptions extends ValidatorOptions {
  /** The required requests. Default: `cpu` and `memory`. */
  readonly requests?: readonly ComputeResource[];
  /** The required limits. Default: `memory`. A CPU limit only slows a container; too much memory also harms its neighbours. */
  readonly limits?: readonly ComputeResource[];
  /**
   * The smallest quantities that count. Default: `2m` of CPU and `1` byte of memory. The API server rounds smaller ones up,
   * to `1m` of CPU or thousandths of a byte (`SetDefaults_ResourceList`), so `1m` says that nothing was meant.
   */
  readonly minimum?: Readonly<Partial<Record<ComputeResource, string>>>;
  /** Images of containers that are not judged, with `*`. Default: none. */
  readonly exemptImages?: readonly string[];
  /** Whether Pod templates are checked, and of which other kinds. Default: true. Use false with a LimitRange: it sets values in Pods before webhooks run, but not in templates. */
  readonly podTemplates?: Match["podTemplates"];
}

const COMPUTE_RESOURCES: readonly string[] = ["cpu", "memory"];

/**
 * Denies containers, init containers and sidecars that do not declare the required requests and limits. Resources of the
 * whole Pod (`spec.resources`, KEP-2837) count for each container. A limit counts as a request, because the API server
 * sets missing requests of a Pod to its limits (`SetDefaults_Pod`). A quantity of zero or below the minimum does not count:
 * it reserves nothing, and the kubelet reads a limit of zero as no limit.
 *
 * Does not check ephemeral containers, which cannot have resources. Returns one denial for each missing quantity, with
 * its path. Throws {@link PolicyDefinitionError}.
 */
export function requireResources(options: RequireResourcesOptions = {}): Policy {
  checkValidatorOptions("require-resources", options, ["requests", "limits", "minimum", "exemptImages"]);
  const { name = "require-resources", namespaces = {}, onExisting = "warn", podTemplates = true } = options;
  const requests = readResources(name, "requests", options.requests ?? ["cpu", "memory"]);
  const limits = readResources(name, "limits", options.limits ?? ["memory"]);
  if (requests.length + limits.length === 0)
    throw new PolicyDefinitionError(name, "options.requests", "and limits are empty: the policy requires nothing");
  const minimum = readMinimum(name, options.minimum ?? {});
  const exemptImages = readExemptImages(name, options.exemptImages);
  const required: RequiredQuantity[] = [
    ...requests.map((key) => ({
      key,
      lists: ["requests", "limits"] as const,
      field: `requests.${key}`,
      ...minimum[key],
    })),
    ...limits.map((key) => ({ key, lists: ["limits"] as const, field: `limits.${key}`, ...minimum[key] })),
  ];
  return policy({
    name,
    description: `Containers must declare ${[...requests.map((key) => `requests.${key}`), ...limits.map((key) => `limits.${key}`)].join(", ")}`,
    match: { resources: ["pods"], podTemplates, ephemeralContainers: false, namespaces },
    onExisting,
    reportsEachFault: true,
    validate: (ctx): Finding[] => {
      const { object, containers } = ctx;
      const wholePod: unknown = Reflect.get(object.spec ?? {}, "resources");
      const findings: Finding[] = [];
      for (const { container, path } of containers()) {
        const image = container.image ?? "";
        if (exemptImages.some((glob) => matchesGlob(glob, image))) continue;
        for (const quantity of required) {
          if (declares(container.resources, quantity) || declares(wholePod, quantity)) continue;
          const most = Math.max(declared(container.resources, quantity), declared(wholePod, quantity));
          const at = `${path}.resources.${quantity.field}`;
          const least = most > 0 ? ` to at least ${quantity.text}` : "";
          findings.push(deny(`container '${container.name}' must set ${at}${least}`, { at }));
        }
      }
      return applySettings(findings, ctx, options);
    },
  });
}

/** The smallest quantity that counts, and its value. */
interface Minimum {
  readonly text: string;
  readonly value: number;
}

/** A quantity that must be declared, and the lists of `resources` that declare it. */
interface RequiredQuantity extends Minimum {
  readonly key: ComputeResource;
  readonly lists: readonly ("requests" | "limits")[];
  readonly field: string;
}

function readResources(name: string, field: "requests" | "limits", value: unknown): readonly ComputeResource[] {
  if (Array.isArray(value) && value.every(isComputeResource)) return [...new Set(value)];
  throw new PolicyDefinitionError(name, `options.${field}`, `is not a list of ${COMPUTE_RESOURCES.join(", ")}`);
}

function isComputeResource(value: unknown): value is ComputeResource {
  return typeof value === "string" && COMPUTE_RESOURCES.includes(value);
}

function readMinimum(name: string, given: unknown): Readonly<Record<ComputeResource, Minimum>> {
  const fail = (fault: string): never => {
    throw new PolicyDefinitionError(name, "options.minimum", fault);
  };
  if (!isJsonObject(given)) return fail("is not an object");
  for (const key of Object.keys(given)) if (!isComputeResource(key)) fail(`has the unknown member ${key}`);
  const read = (key: ComputeResource, fallback: string): Minimum => {
    const text = String(given[key] ?? fallback);
    const value = quantityValue(text) ?? 0;
    return value > 0 ? { text, value } : fail(`has ${key}: ${text}, which is not a quantity above zero`);
  };
  return { cpu: read("cpu", "2m"), memory: read("memory", "1") };
}

/** Whether one of the quantities that declare a resource is large enough. */
function declares(resources: unknown, quantity: RequiredQuantity): boolean {
  for (const list of quantity.lists) if (valueIn(resources, list, quantity.key) >= quantity.value) return true;
  return false;
}

/** The largest of the quantities that declare a resource; 0 without one. */
function declared(resources: unknown, { lists, key }: RequiredQuantity): number {
  return Math.max(...lists.map((list) => valueIn(resources, list, key)));
}

function valueIn(resources: unknown, list: string, key: string): number {
  const quantities = isJsonObject(resources) ? resources[list] : undefined;
  return (isJsonObject(quantities) ? quantityValue(quantities[key]) : undefined) ?? 0;
}
