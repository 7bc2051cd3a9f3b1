import type { StatefulSet } from "kubernetes-types/apps/v1.js";
import type { PersistentVolumeClaim } from "kubernetes-types/core/v1.js";
import * as z from "zod/mini";
import { deny, type Finding } from "../../policy/define/Finding.ts";
import { builtin } from "../builtin.ts";
import { quantityValue } from "../resources/quantityValue.ts";

const quantity = z
  .string()
  .check(z.refine((text) => (quantityValue(text) ?? 0) > 0, "is not a quantity above zero, such as 100Gi"));

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
  reportsEachFault: true,
  // Not validations: they compare no quantities, because JavaScript has no operator that CEL's `quantity()` could stand for.
  validate: ({ object, path, params }): Finding[] => {
    const { maximum, minimum } = params;
    const most = quantityValue(maximum) ?? 0;
    const least = minimum === undefined ? 0 : (quantityValue(minimum) ?? 0);
    return claimsOf(object).flatMap(({ claim, at: of }) => {
      const storage: unknown = claim.spec?.resources?.requests?.storage;
      if (storage === undefined || storage === null) return [];
      const at = path(...of, "spec", "resources", "requests", "storage");
      const value = quantityValue(storage);
      if (value === undefined)
        return [deny(`${at}: '${String(storage)}' is not a quantity; write one such as 10Gi`, { at })];
      if (value > most)
        return [deny(`${at}: the claim requests ${String(storage)}; request at most ${maximum}`, { at })];
      if (value < least)
        return [deny(`${at}: the claim requests ${String(storage)}; request at least ${minimum}`, { at })];
      return [];
    });
  },
});

interface PlacedClaim {
  readonly claim: PersistentVolumeClaim;
  readonly at: readonly (string | number)[];
}

function claimsOf(object: PersistentVolumeClaim | StatefulSet): readonly PlacedClaim[] {
  if (object.kind !== "StatefulSet") return [{ claim: object as PersistentVolumeClaim, at: [] }];
  const { volumeClaimTemplates } = object.spec ?? {};
  return (volumeClaimTemplates ?? []).map((claim, index) => ({ claim, at: ["spec", "volumeClaimTemplates", index] }));
}
