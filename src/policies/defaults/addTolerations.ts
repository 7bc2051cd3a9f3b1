import type { Toleration } from "kubernetes-types/core/v1.js";
import * as z from "zod/mini";
import { isLabelValue, isQualifiedName } from "../../protocol/kubernetesNames.ts";
import { builtin } from "../builtin.ts";

/** What the API server accepts (`ValidateTolerations`, pkg/apis/core/validation). */
const toleration = z
  .strictObject({
    /** The key of the taint. Absent: all taints, with the operator `Exists`. */
    key: z.optional(z.string().check(z.refine(isQualifiedName, "is not a valid key of a taint"))),
    operator: z.optional(z.enum(["Equal", "Exists"])),
    value: z.optional(z.string().check(z.refine(isLabelValue, "is not a valid value of a taint"))),
    /** Absent: all effects. */
    effect: z.optional(z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])),
    tolerationSeconds: z.optional(z.int()),
  })
  .check(
    z.refine(({ key, operator }) => key !== undefined || operator === "Exists", "has no key; it requires Exists"),
    z.refine(({ value = "", operator }) => value === "" || operator !== "Exists", "has Exists and a value"),
    z.refine(
      ({ tolerationSeconds, effect }) => tolerationSeconds === undefined || effect === "NoExecute",
      "has tolerationSeconds without the effect NoExecute",
    ),
  );

/**
 * Adds tolerations to new Pods, so that they may run on tainted nodes: of a team, of a kind of machine, or spot nodes.
 * A Pod that has a toleration of the same key, operator, value and effect keeps it, with its own seconds.
 */
export const addTolerations = builtin({
  name: "add-tolerations",
  description: "Pods must have the configured tolerations, so they are added",
  match: { resources: ["pods"], operations: ["CREATE"] },
  params: {
    /** The tolerations to add. At least one. */
    tolerations: z.array(toleration).check(z.minLength(1)),
    /**
     * Whether to replace the seconds of an equal toleration. The API server adds two with 300 seconds to each Pod, for the
     * taints `node.kubernetes.io/not-ready` and `node.kubernetes.io/unreachable`.
     */
    overwriteSeconds: z._default(z.boolean(), false),
  },
  mutate: ({ spec }, { params }) => {
    if (!spec) return;
    for (const wanted of params.tolerations) {
      const found = spec.tolerations?.find((it) => isSame(it, wanted));
      if (found === undefined) spec.tolerations = [...(spec.tolerations ?? []), toToleration(wanted)];
      else if (params.overwriteSeconds && found.tolerationSeconds !== wanted.tolerationSeconds) {
        if (wanted.tolerationSeconds === undefined) delete found.tolerationSeconds;
        else found.tolerationSeconds = wanted.tolerationSeconds;
      }
    }
  },
});

type WantedToleration = z.output<typeof toleration>;

/** Whether two tolerations are for the same taints. The API server does not set the default operator, `Equal`. */
function isSame(one: Toleration, other: WantedToleration): boolean {
  return (
    (one.key ?? "") === (other.key ?? "") &&
    (one.operator ?? "Equal") === (other.operator ?? "Equal") &&
    (one.value ?? "") === (other.value ?? "") &&
    (one.effect ?? "") === (other.effect ?? "")
  );
}

/** A copy without absent members: JSON has none. */
function toToleration(wanted: WantedToleration): Toleration {
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}
