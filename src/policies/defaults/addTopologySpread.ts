import * as z from "zod/mini";
import { isQualifiedName } from "../../protocol/kubernetesNames.ts";
import { builtin } from "../builtin.ts";
import { isOfDaemonSet } from "./isOfDaemonSet.ts";

const labelKey = z.string().check(z.refine(isQualifiedName, "is not a label key"));
/** The API server reads 32 bits. */
const MAX_SKEW = 2 ** 31 - 1;

/** As the API server compares constraints (`validateTopologySpreadConstraints`). */
function areDistinct(
  constraints: readonly { readonly topologyKey: string; readonly whenUnsatisfiable: string }[],
): boolean {
  const keys = constraints.map(({ topologyKey, whenUnsatisfiable }) => `${topologyKey} ${whenUnsatisfiable}`);
  return new Set(keys).size === keys.length;
}

/**
 * Adds topology spread constraints to new Pods that have none, so that the Pods of a workload do not all fail with one zone
 * or node. The constraints count the Pods with the same value of a label, which `labelKeys` names.
 *
 * Pods without such a label, and the Pods of DaemonSets, are left as they are. An empty list counts as none.
 */
export const addTopologySpread = builtin({
  name: "add-topology-spread",
  description: "Pods must have topology spread constraints, so they are added",
  match: { resources: ["pods"], operations: ["CREATE"] },
  params: {
    /** Keys of labels. The first that the Pod has is the selector: Pods with the same value are spread. */
    labelKeys: z._default(z.array(labelKey).check(z.minLength(1)), ["app.kubernetes.io/name", "app"]),
    /** The constraints: over which nodes, and by how much their numbers of Pods may differ. */
    constraints: z._default(
      z
        .array(
          z.strictObject({
            /** The label of nodes that makes a domain. */
            topologyKey: labelKey,
            maxSkew: z._default(z.int().check(z.minimum(1), z.maximum(MAX_SKEW)), 1),
            /** `DoNotSchedule` leaves a Pod pending that would exceed `maxSkew`. */
            whenUnsatisfiable: z._default(z.enum(["ScheduleAnyway", "DoNotSchedule"]), "ScheduleAnyway"),
          }),
        )
        .check(
          z.minLength(1),
          z.refine(areDistinct, "has two with one topologyKey and whenUnsatisfiable, which the API server refuses"),
        ),
      [{ topologyKey: "topology.kubernetes.io/zone", maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway" }],
    ),
  },
  mutate: (draft, { params, resource }) => {
    const { spec, metadata } = draft;
    if (!spec || (spec.topologySpreadConstraints ?? []).length > 0 || isOfDaemonSet(draft, resource)) return;
    const labels = metadata?.labels ?? {};
    const key = params.labelKeys.find((one) => Object.hasOwn(labels, one));
    const value = key === undefined ? undefined : labels[key];
    if (key === undefined || value === undefined) return;
    spec.topologySpreadConstraints = params.constraints.map((constraint) => ({
      ...constraint,
      labelSelector: { matchLabels: { [key]: value } },
    }));
  },
});
