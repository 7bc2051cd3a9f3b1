import * as z from "zod/mini";
import { isQualifiedName } from "../../protocol/kubernetesNames.ts";
import { builtin } from "../builtin.ts";

const labelKey = z.string().check(z.refine(isQualifiedName, "is not a label key"));

/**
 * Denies Deployments and StatefulSets whose Pods may all run in one zone, and fail with it. It judges the workloads and not their
 * Pods: only a workload says how many replicas there are, and a bare Pod, a DaemonSet or a Job has nothing to spread.
 * Required podAntiAffinity with the key of a constraint counts as one. Neither counts without its labelSelector: it then selects
 * no Pods, and spreads none. An autoscaler that raises the number later is not asked.
 */
export const requireTopologySpread = builtin({
  name: "require-topology-spread",
  description: "Workloads with several replicas must spread them",
  match: { resources: ["deployments", "statefulsets"], unasked: ["deployments/scale", "statefulsets/scale"] },
  params: {
    /** The labels of nodes over whose values Pods must be spread, each with a constraint of its own. */
    topologyKeys: z._default(z.array(labelKey).check(z.minLength(1)), ["topology.kubernetes.io/zone"]),
    /** The number of replicas from which on the constraints are required. */
    minReplicas: z._default(z.int().check(z.minimum(0)), 2),
  },
  validations: (on) => [
    on("", {
      fault: ({ spec }, { params }) =>
        (spec?.replicas ?? 1) >= params.minReplicas &&
        params.topologyKeys.some(
          (required) =>
            !(spec?.template?.spec?.topologySpreadConstraints ?? []).some(
              ({ topologyKey, labelSelector }) => topologyKey === required && labelSelector != null,
            ) &&
            // Stricter: a zone has one of the Pods.
            !(
              spec?.template?.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
            ).some(({ topologyKey, labelSelector }) => topologyKey === required && labelSelector != null),
        ),
      // An update is compared by this value: the number of replicas may change. The message says what the list lacks.
      at: "metadata.name",
      message: ({ spec }, { params }) =>
        `spec.template.spec.topologySpreadConstraints: ${params.minReplicas} or more replicas must have a constraint with a labelSelector for ${params.topologyKeys
          .filter(
            (required) =>
              !(spec?.template?.spec?.topologySpreadConstraints ?? []).some(
                ({ topologyKey, labelSelector }) => topologyKey === required && labelSelector != null,
              ) &&
              !(
                spec?.template?.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
              ).some(({ topologyKey, labelSelector }) => topologyKey === required && labelSelector != null),
          )
          .join(" and ")}`,
    }),
  ],
});
