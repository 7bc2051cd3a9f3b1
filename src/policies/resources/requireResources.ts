import type { ResourceRequirements } from "kubernetes-types/core/v1.js";
import type { Match } from "../../policy/define/Match.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import { compareQuantities } from "../../policy/quantity/compareQuantities.ts";
import { validations } from "../../policy/validations/validations.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { checkValidatorOptions, type ValidatorOptions } from "../BuiltinOptions.ts";
import { readExemptImages } from "../exemptImages.ts";
import { noParams } from "../noParams.ts";

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
 * whole Pod (`spec.resources`, KEP-2837) count for each container. A limit counts as a request where none is set, because
 * the API server sets missing requests of a Pod to its limits (`SetDefaults_Pod`). A quantity of zero or below the minimum does not count:
 * it reserves nothing, and the kubelet reads a limit of zero as no limit.
 *
 * Does not check ephemeral containers, which cannot have resources. Returns one denial for each missing quantity, with
 * its path. Throws {@link PolicyDefinitionError}.
 */
export function requireResources(options: RequireResourcesOptions = {}): Policy {
  checkValidatorOptions("require-resources", options, ["requests", "limits", "minimum", "exemptImages"]);
  const {
    name = "require-resources",
    namespaces = {},
    onExisting = "warn",
    podTemplates = true,
    onTemplates,
    help,
  } = options;
  const requests = readResources(name, "requests", options.requests ?? ["cpu", "memory"]);
  const limits = readResources(name, "limits", options.limits ?? ["memory"]);
  if (requests.length + limits.length === 0)
    throw new PolicyDefinitionError(name, "options.requests", "and limits are empty: the policy requires nothing");
  const minimum = readMinimum(name, options.minimum === undefined ? {} : options.minimum);
  const exemptImages = readExemptImages(name, options.exemptImages);
  const required: RequiredQuantity[] = [
    ...requests.map((key) => ({ key, isRequest: true, least: minimum[key] })),
    ...limits.map((key) => ({ key, isRequest: false, least: minimum[key] })),
  ];
  return policy({
    name,
    description: `Containers must declare ${[...requests.map((key) => `requests.${key}`), ...limits.map((key) => `limits.${key}`)].join(", ")}`,
    match: { resources: ["pods"], podTemplates, ephemeralContainers: false, namespaces },
    onExisting,
    params: noParams,
    validate: validations(
      (on) => [
        on("containers[]", {
          cases: () => required,
          fault: ({ resources }, { object, current, compareQuantities }) => {
            const { key, least, isRequest } = current;
            const pod = (object.spec as WholePod)?.resources;
            return !(
              (isRequest && compareQuantities(resources?.requests?.[key], least) >= 0) ||
              ((!isRequest || resources?.requests?.[key] == null) &&
                compareQuantities(resources?.limits?.[key], least) >= 0) ||
              ((!isRequest || pod?.requests?.[key] == null) && compareQuantities(pod?.limits?.[key], least) >= 0) ||
              (isRequest && compareQuantities(pod?.requests?.[key], least) >= 0)
            );
          },
          at: ({ key, isRequest }) => ["resources", isRequest ? "requests" : "limits", key],
          message: ({ name, resources }, { at, object, current, compareQuantities }) => {
            const { key, least, isRequest } = current;
            const pod = (object.spec as WholePod)?.resources;
            const isTooSmall =
              compareQuantities(resources?.limits?.[key], "0") > 0 ||
              (isRequest && compareQuantities(resources?.requests?.[key], "0") > 0) ||
              compareQuantities(pod?.limits?.[key], "0") > 0 ||
              (isRequest && compareQuantities(pod?.requests?.[key], "0") > 0);
            return `container '${name}' must set ${at}${isTooSmall ? ` to at least ${least}` : ""}`;
          },
        }),
      ],
      { exemptImages: () => exemptImages, onTemplates, help },
    ),
  });
}

/** The resources of the whole Pod, which the types do not have yet. */
type WholePod = { readonly resources?: ResourceRequirements } | undefined;

/** A quantity that must be declared. */
interface RequiredQuantity {
  readonly key: ComputeResource;
  /** Whether a request is required. A limit counts where none is set. */
  readonly isRequest: boolean;
  /** The smallest that counts. */
  readonly least: string;
}

function readResources(name: string, field: "requests" | "limits", value: unknown): readonly ComputeResource[] {
  if (Array.isArray(value) && value.every(isComputeResource)) return [...new Set(value)];
  throw new PolicyDefinitionError(name, `options.${field}`, `is not a list of ${COMPUTE_RESOURCES.join(", ")}`);
}

function isComputeResource(value: unknown): value is ComputeResource {
  return typeof value === "string" && COMPUTE_RESOURCES.includes(value);
}

function readMinimum(name: string, given: unknown): Readonly<Record<ComputeResource, string>> {
  const fail = (fault: string): never => {
    throw new PolicyDefinitionError(name, "options.minimum", fault);
  };
  if (!isJsonObject(given)) return fail("is not an object");
  for (const key of Object.keys(given)) if (!isComputeResource(key)) fail(`has the unknown member ${key}`);
  const read = (key: ComputeResource, fallback: string): string => {
    const text = given[key] === undefined ? fallback : String(given[key]);
    return compareQuantities(text, "0") > 0 ? text : fail(`has ${key}: ${text}, which is not a quantity above zero`);
  };
  return { cpu: read("cpu", "2m"), memory: read("memory", "1") };
}
