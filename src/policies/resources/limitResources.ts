import * as z from "zod/mini";
import { deny, type Finding } from "../../policy/define/Finding.ts";
import { quantityValue } from "../../policy/quantity/quantityValue.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { matchesGlob } from "../../protocol/matchesGlob.ts";
import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

const quantity = z.string().check(z.refine((text) => (quantityValue(text) ?? 0) > 0, "is not a quantity above zero"));

/** What a container without a limit may use without bound. Of other resources it gets none. */
const UNBOUNDED: readonly string[] = ["cpu", "memory", "ephemeral-storage"];

/** A limit that is the ratio exactly is no fault, whatever the rounding of the product. */
const ROUNDING = 1e-12;

/** The maxima of a resource. */
interface Maximum {
  readonly request?: string | undefined;
  readonly limit?: string | undefined;
  readonly ratio?: number | undefined;
}

/**
 * Denies containers that request or may use more than a maximum, and limits that are too many times the request: a node then
 * promises more than it has. A container without a limit has none of its own, so its limit is that of the whole Pod
 * (`spec.resources`), or a fault. A request that is absent is the limit, as the API server sets it. Ephemeral containers have
 * no resources.
 *
 * Not native: quantities are texts, whose values the conditions of a validation cannot compare.
 */
export const limitResources = builtin({
  name: "limit-resources",
  description: "Containers must not request or use more than the maximum",
  match: { resources: ["pods"], ephemeralContainers: false },
  params: {
    /** By resource, such as `{ cpu: { limit: "4", ratio: 10 }, memory: { limit: "8Gi" } }`. At least one. */
    maximum: z
      .record(
        z.string().check(z.minLength(1)),
        z.strictObject({
          request: z.optional(quantity),
          limit: z.optional(quantity),
          /** The largest limit as a multiple of the request. */
          ratio: z.optional(z.number().check(z.minimum(1))),
        }),
      )
      .check(z.refine((maximum) => Object.keys(maximum).length > 0, "names no resource")),
    /** Images of containers that are not judged, with `*`. */
    exemptImages,
  },
  reportsEachFault: true,
  validate: ({ object, params, containers }): Finding[] => {
    const pod: unknown = Reflect.get(object.spec ?? {}, "resources");
    return containers().flatMap(({ container, path }) => {
      if (params.exemptImages.some((glob) => matchesGlob(glob, container.image ?? ""))) return [];
      return Object.entries(params.maximum).flatMap(([resource, maximum]) =>
        faultsOf({ own: container.resources, pod, resource }, maximum).map(({ field, says }) => {
          const at = `${path}.resources.${field}`;
          return deny(`${at}: container '${container.name}' ${says}`, { at });
        }),
      );
    });
  },
});

/** The resources of a container and of its Pod, not checked. */
interface Declared {
  readonly own: unknown;
  readonly pod: unknown;
  readonly resource: string;
}

/** A fault of a container, and the field below its `resources`. */
interface Fault {
  readonly field: string;
  readonly says: string;
}

function faultsOf({ own, pod, resource }: Declared, maximum: Maximum): Fault[] {
  const ownLimit = above0(quantityIn(own, "limits", resource));
  const limit = ownLimit ?? above0(quantityIn(pod, "limits", resource));
  const request = quantityIn(own, "requests", resource) ?? ownLimit ?? quantityIn(pod, "requests", resource) ?? limit;
  const faults: Fault[] = [];
  const isUnbounded = limit === undefined && UNBOUNDED.includes(resource);
  if (maximum.request !== undefined && sizeOf(request) > sizeOf(maximum.request))
    faults.push({
      field: `requests.${resource}`,
      says: `must not request ${request} of ${resource}; the maximum is ${maximum.request}`,
    });
  if (maximum.limit !== undefined && (isUnbounded || sizeOf(limit) > sizeOf(maximum.limit)))
    faults.push({
      field: `limits.${resource}`,
      says: isUnbounded
        ? `must have a limit for ${resource}; the maximum is ${maximum.limit}`
        : `must not have the limit ${limit} for ${resource}; the maximum is ${maximum.limit}`,
    });
  if (maximum.ratio === undefined) return faults;
  if (isUnbounded && maximum.limit === undefined)
    faults.push({
      field: `limits.${resource}`,
      says: `must have a limit for ${resource} of at most ${maximum.ratio} times its request`,
    });
  else if (sizeOf(limit) > sizeOf(request) * maximum.ratio * (1 + ROUNDING))
    faults.push({
      field: `requests.${resource}`,
      says: `must request more ${resource}: its limit ${limit} is more than ${maximum.ratio} times its request ${request ?? 0}`,
    });
  return faults;
}

/** A quantity as it is written; undefined where there is none, and for what is no quantity. */
function quantityIn(resources: unknown, list: "requests" | "limits", resource: string): string | undefined {
  const quantities = isJsonObject(resources) ? resources[list] : undefined;
  const found = isJsonObject(quantities) && Object.hasOwn(quantities, resource) ? quantities[resource] : undefined;
  return quantityValue(found) === undefined ? undefined : String(found);
}

/** A limit of zero is no limit for the kubelet. */
function above0(quantity: string | undefined): string | undefined {
  return sizeOf(quantity) > 0 ? quantity : undefined;
}

function sizeOf(quantity: string | undefined): number {
  return quantityValue(quantity) ?? 0;
}
