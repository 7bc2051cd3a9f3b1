import type { Container } from "kubernetes-types/core/v1.js";
import * as z from "zod/mini";
import { objectPart } from "../../policy/mutate/objectPart.ts";
import { quantityValue } from "../../policy/quantity/quantityValue.ts";
import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";
import { draftContainers } from "./draftContainers.ts";

const RESOURCES = ["cpu", "memory", "ephemeral-storage"] as const;

const quantities = z.partialRecord(
  z.enum(RESOURCES),
  z.string().check(z.refine((text) => (quantityValue(text) ?? 0) > 0, "is not a quantity above zero")),
);

/**
 * Sets requests and limits of containers, init containers and sidecars in new Pods where they have none. Without requests
 * the scheduler fills a node with Pods that it cannot hold.
 *
 * A LimitRange comes first: the API server applies it before it calls webhooks, so only what it leaves open is set. A
 * container with a limit needs no request, because the API server makes them equal. A request is never above the limit: the
 * smaller one becomes the request, and a limit that is set is at least the request of the container. A resource that the Pod
 * declares for all of its containers (`spec.resources`, KEP-2837) is left as it is.
 */
export const setResourceDefaults = builtin({
  name: "set-resource-defaults",
  description: "Containers must declare requests and limits, so absent ones are set",
  match: { resources: ["pods"], operations: ["CREATE"] },
  params: {
    /** The requests by resource: `cpu`, `memory` and `ephemeral-storage`. */
    requests: z._default(quantities, { cpu: "100m", memory: "128Mi" }),
    /** The limits. With a limit of memory, a container that needs more is killed; one of CPU slows it down. */
    limits: z._default(quantities, {}),
    exemptImages,
  },
  mutate: ({ spec }, { params }) => {
    const ofPod = (key: string): boolean =>
      ["requests", "limits"].some((list) => objectPart(spec, ["resources", list, key]) !== undefined);
    const open = RESOURCES.filter((key) => !ofPod(key));
    for (const container of draftContainers(spec, params.exemptImages))
      for (const key of open) fill(container, key, params);
  },
});

type Quantities = z.output<typeof quantities>;

/** Sets the request and the limit of a resource where the container has neither, or the limit where it has only a request. */
function fill(
  container: Container,
  key: (typeof RESOURCES)[number],
  wanted: { readonly requests: Quantities; readonly limits: Quantities },
): void {
  const { requests, limits } = container.resources ?? {};
  if (isSaid(limits?.[key])) return;
  const own = requests?.[key];
  const {
    requests: { [key]: request },
    limits: { [key]: limit },
  } = wanted;
  if (isSaid(own)) {
    if (limit !== undefined) put(container, "limits", key, isAbove(own, limit) ? own : limit);
    return;
  }
  if (request !== undefined)
    put(container, "requests", key, limit !== undefined && isAbove(request, limit) ? limit : request);
  if (limit !== undefined) put(container, "limits", key, limit);
}

function put(container: Container, list: "requests" | "limits", key: string, quantity: string): void {
  const { resources } = container;
  container.resources = { ...resources, [list]: { ...resources?.[list], [key]: quantity } };
}

function isAbove(one: string, other: string): boolean {
  return (quantityValue(one) ?? 0) > (quantityValue(other) ?? 0);
}

function isSaid(quantity: string | null | undefined): quantity is string {
  return quantity !== undefined && quantity !== null;
}
