import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exactName } from "../exactName.ts";

/**
 * Denies Ingresses of other classes than the listed ones, so that an internal service does not come to a public controller. The
 * class is `spec.ingressClassName` or the older annotation `kubernetes.io/ingress.class`; both are checked. The API server
 * sets the default class before it asks. An Ingress that still has none is for whichever controller takes it.
 */
export const limitIngressClasses = builtin({
  name: "limit-ingress-classes",
  description: "Ingresses must be of a listed class",
  // Only controllers write the status of an Ingress.
  match: { resources: ["ingresses"], unasked: ["ingresses/status"] },
  params: {
    /** Names of classes. */
    allowed: z.array(exactName).check(z.minLength(1)),
    /** Whether an Ingress may have no class. */
    allowNone: z._default(z.boolean(), false),
  },
  validations: (on) => [
    on("spec.ingressClassName", {
      fault: (name, { params }) => !params.allowed.includes(name),
      message: (name, { at, params }) =>
        `${at}: the class '${name}' is not allowed; use ${params.allowed.join(" or ")}`,
    }),
    on("metadata.annotations{}", {
      fault: ({ key, value }, { params }) => key === "kubernetes.io/ingress.class" && !params.allowed.includes(value),
      message: ({ value }, { at, params }) =>
        `${at}: the class '${value}' is not allowed; use ${params.allowed.join(" or ")} in spec.ingressClassName`,
    }),
    on("", {
      fault: ({ metadata, spec }, { params }) =>
        !params.allowNone &&
        spec?.ingressClassName === undefined &&
        metadata?.annotations?.["kubernetes.io/ingress.class"] === undefined,
      at: "spec.ingressClassName",
      message: (_, { at, params }) => `${at}: the Ingress has no class; set ${params.allowed.join(" or ")}`,
    }),
  ],
});
