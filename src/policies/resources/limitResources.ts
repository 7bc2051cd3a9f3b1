import type { ResourceRequirements } from "kubernetes-types/core/v1.js";
import * as z from "zod/mini";
import { formatPath } from "../../policy/define/formatPath.ts";
import { compareQuantities } from "../../policy/quantity/compareQuantities.ts";
import { isQualifiedName } from "../../protocol/kubernetesNames.ts";
import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

const quantity = z.string().check(z.refine((text) => compareQuantities(text, "0") > 0, "is not a quantity above zero"));

/** What a container without a limit may use without bound. Of other resources it gets none. */
const UNBOUNDED: readonly string[] = ["cpu", "memory", "ephemeral-storage"];

/** Whether containers can have a resource of this name (`IsStandardContainerResourceName`, k8s.io/kubernetes). */
function isResource(name: string): boolean {
  const [, pages] = /^hugepages-(.*)$/s.exec(name) ?? [];
  if (pages !== undefined) return compareQuantities(pages, "0") > 0;
  return UNBOUNDED.includes(name) || (name.includes("/") && isQualifiedName(name));
}

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
 */
export const limitResources = builtin({
  name: "limit-resources",
  description: "Containers must not request or use more than the maximum",
  match: { resources: ["pods"], ephemeralContainers: false },
  params: {
    /** By resource, such as `{ cpu: { limit: "4", ratio: 10 }, memory: { limit: "8Gi" } }`. At least one. */
    maximum: z
      .record(
        z.string().check(z.refine(isResource, "is not cpu, memory, ephemeral-storage, hugepages-SIZE or DOMAIN/NAME")),
        z
          .strictObject({
            request: z.optional(quantity),
            limit: z.optional(quantity),
            /** The largest limit as a multiple of the request. */
            ratio: z.optional(z.number().check(z.minimum(1))),
          })
          .check(z.refine((of) => Object.keys(of).length > 0, "has neither request, limit nor ratio")),
      )
      .check(z.refine((maximum) => Object.keys(maximum).length > 0, "names no resource")),
    /** Images of containers that are not judged, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[]", {
      cases: ({ maximum }) => Object.entries(maximum).flatMap(([resource, of]) => rulesOf(resource, of)),
      fault: ({ resources }, { object, current, compareQuantities }) => {
        const { resource, rule, most, ratio, isUnbounded } = current;
        const pod = (object.spec as WholePod)?.resources;
        const limit = resources?.limits?.[resource];
        const request = resources?.requests?.[resource];
        // What is no quantity is not equal to itself, and none. A limit of zero is none for the kubelet.
        const hasRequest = compareQuantities(request, request) === 0;
        const hasLimit = compareQuantities(limit, "0") > 0;
        if (rule === "request") {
          if (hasRequest) return compareQuantities(request, most) > 0;
          if (hasLimit) return compareQuantities(limit, most) > 0;
          const ofPod = pod?.requests?.[resource];
          if (compareQuantities(ofPod, ofPod) === 0) return compareQuantities(ofPod, most) > 0;
          return compareQuantities(pod?.limits?.[resource], most) > 0;
        }
        const hasLimitOfPod = compareQuantities(pod?.limits?.[resource], "0") > 0;
        if (rule === "limit") {
          if (hasLimit) return compareQuantities(limit, most) > 0;
          return hasLimitOfPod ? compareQuantities(pod?.limits?.[resource], most) > 0 : isUnbounded;
        }
        if (rule === "bound") return !hasLimit && !hasLimitOfPod;
        // Without a request of its own, the request is that limit.
        if (hasLimit) return compareQuantities(limit, request, ratio) > 0;
        const least = hasRequest ? request : pod?.requests?.[resource];
        return hasLimitOfPod && compareQuantities(pod?.limits?.[resource], least, ratio) > 0;
      },
      at: ({ rule, resource }) => ["resources", rule === "limit" || rule === "bound" ? "limits" : "requests", resource],
      message: ({ name, resources }, { at, object, current }) =>
        `${at.slice(0, -current.keyLength)}.${current.resource}: container '${name}' ${saysOf(current, resources, (object.spec as WholePod)?.resources)}`,
    }),
  ],
});

/** The resources of the whole Pod, which the types do not have yet. */
type WholePod = { readonly resources?: ResourceRequirements } | undefined;

/** What a container is asked about a resource. */
interface ResourceRule {
  readonly resource: string;
  /** `bound`: whether there is a limit at all, for a ratio. */
  readonly rule: "request" | "limit" | "bound" | "ratio";
  /** The largest request or limit. */
  readonly most: string;
  readonly ratio: number;
  readonly isUnbounded: boolean;
  /** The length of the end of a path that names the resource. */
  readonly keyLength: number;
}

function rulesOf(resource: string, { request, limit, ratio }: Maximum): ResourceRule[] {
  const shared = {
    resource,
    ratio: ratio ?? 1,
    isUnbounded: UNBOUNDED.includes(resource),
    keyLength: formatPath(["a", resource]).length - 1,
  };
  const rules: (ResourceRule | false)[] = [
    request !== undefined && { ...shared, rule: "request", most: request },
    limit !== undefined && { ...shared, rule: "limit", most: limit },
    ratio !== undefined && limit === undefined && shared.isUnbounded && { ...shared, rule: "bound", most: "" },
    ratio !== undefined && { ...shared, rule: "ratio", most: "" },
  ];
  return rules.filter((rule) => rule !== false);
}

/** What is wrong with a container that is denied. */
function saysOf(
  { resource, rule, most, ratio }: ResourceRule,
  own: ResourceRequirements | undefined,
  pod: ResourceRequirements | undefined,
): string {
  const ownLimit = above0(own?.limits?.[resource]);
  const limit = ownLimit ?? above0(pod?.limits?.[resource]);
  const request = existing(own?.requests?.[resource]) ?? ownLimit ?? existing(pod?.requests?.[resource]) ?? limit;
  switch (rule) {
    case "request":
      return `must not request ${request} of ${resource}; the maximum is ${most}`;
    case "limit":
      return limit === undefined
        ? `must have a limit for ${resource}; the maximum is ${most}`
        : `must not have the limit ${limit} for ${resource}; the maximum is ${most}`;
    case "bound":
      return `must have a limit for ${resource} of at most ${ratio} times its request`;
    case "ratio":
      return `must request more ${resource}: its limit ${limit} is more than ${ratio} times its request ${request ?? 0}`;
  }
}

/** A quantity; undefined for what is none. */
function existing(quantity: string | undefined): string | undefined {
  return compareQuantities(quantity, quantity) === 0 ? quantity : undefined;
}

function above0(quantity: string | undefined): string | undefined {
  return compareQuantities(quantity, "0") > 0 ? quantity : undefined;
}
