import * as z from "zod/mini";
import { compareQuantities } from "../../policy/quantity/compareQuantities.ts";
import { builtin } from "../builtin.ts";

const quantity = z
  .string()
  .check(z.refine((text) => compareQuantities(text, "0") > 0, "is not a quantity above zero, such as 100Gi"));

/**
 * Denies PersistentVolumeClaims that request more storage than a maximum, and StatefulSets whose claims would. Storage costs
 * money whether it is used or not, and a claim never gets smaller.
 */
export const limitVolumeSizes = builtin({
  name: "limit-volume-sizes",
  description: "PersistentVolumeClaims must request storage within the limits",
  match: { resources: ["persistentvolumeclaims", "statefulsets"] },
  params: {
    /** The most storage of one claim, such as `100Gi`. */
    maximum: quantity,
    /** The least. Providers round smaller requests up. Default: there is none. */
    minimum: z.optional(quantity),
  },
  contradiction: ({ minimum, maximum }) =>
    minimum !== undefined && compareQuantities(minimum, maximum) > 0
      ? ["minimum", `is ${minimum}, more than the maximum ${maximum}`]
      : undefined,
  validations: (on) =>
    (
      ["spec.resources.requests.storage", "spec.volumeClaimTemplates[].spec.resources.requests.storage"] as const
    ).flatMap((storage) => [
      on(storage, {
        fault: (size, { params, compareQuantities }) => !(compareQuantities(size, params.maximum) <= 0),
        message: (size, { at, params, compareQuantities }) =>
          compareQuantities(size, params.maximum) > 0
            ? `${at}: the claim requests ${size}; request at most ${params.maximum}`
            : `${at}: '${size}' is not a quantity; write one such as 10Gi`,
      }),
      on(storage, {
        fault: (size, { params, compareQuantities }) =>
          params.minimum !== undefined &&
          compareQuantities(size, params.minimum) < 0 &&
          compareQuantities(size, params.maximum) <= 0,
        message: (size, { at, params }) =>
          `${at}: the claim requests ${size}; request at least ${params.minimum ?? ""}`,
      }),
    ]),
});
