import * as z from "zod/mini";
import { annotationKey } from "../annotationKey.ts";
import { builtin } from "../builtin.ts";
import { exactName } from "../exactName.ts";

/**
 * Denies Services of the type LoadBalancer. Each orders an address from the provider, which costs money and often is public.
 * Internal ones can be allowed by the annotation or the class that makes them internal: one of the two is enough.
 */
export const disallowLoadBalancers = builtin({
  name: "disallow-load-balancers",
  description: "Services must not have the type LoadBalancer, except with an allowed annotation or class",
  // Only controllers write the status of a Service.
  match: { resources: ["services"], unasked: ["services/status"] },
  params: {
    /** Annotations of which a LoadBalancer must have one with this value, such as `"networking.gke.io/load-balancer-type": "Internal"`. */
    allowedAnnotations: z._default(z.record(annotationKey, z.string()), {}),
    /** Values of `spec.loadBalancerClass` that are allowed. */
    allowedClasses: z._default(z.array(exactName), []),
  },
  validations: (on) => [
    on("", {
      fault: ({ metadata, spec }, { params }) =>
        spec?.type === "LoadBalancer" &&
        !params.allowedClasses.includes(spec.loadBalancerClass ?? "") &&
        !Object.keys(params.allowedAnnotations).some(
          (key) => metadata?.annotations?.[key] === params.allowedAnnotations[key],
        ),
      at: "spec.type",
      message: (_, { at }) =>
        `${at}: the type LoadBalancer orders an address of its own; use ClusterIP behind an Ingress or a Gateway, or an allowed internal load balancer`,
    }),
  ],
});
