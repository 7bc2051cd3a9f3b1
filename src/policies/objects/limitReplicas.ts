import * as z from "zod/mini";
import { builtin } from "../builtin.ts";

/**
 * Denies Deployments and StatefulSets with too few or too many replicas, also when they are scaled. One replica is down while
 * its node is drained, and a typing error of a digit fills a cluster. A HorizontalPodAutoscaler needs the same limits: its
 * scaling is denied as well. A workload that leaves its replicas to one begins with a single one, so it must set them when it
 * is created. Scaling waits for the gate: an entry that fails closed stops it while the gate cannot be reached.
 */
export const limitReplicas = builtin({
  name: "limit-replicas",
  description: "Deployments and StatefulSets must have a number of replicas within the limits",
  match: { resources: ["deployments", "statefulsets", "deployments/scale", "statefulsets/scale"] },
  params: {
    /** The fewest replicas. */
    minimum: z._default(z.int().check(z.minimum(0)), 2),
    /** The most replicas. Default: there is none. */
    maximum: z.optional(z.int().check(z.minimum(1))),
    /** Whether workloads may be scaled to zero, which stops them. */
    allowZero: z._default(z.boolean(), true),
  },
  contradiction: ({ minimum, maximum }) =>
    maximum !== undefined && minimum > maximum
      ? ["minimum", `is ${minimum}, more than the maximum ${maximum}`]
      : undefined,
  validations: (on) => [
    on("", {
      // A Scale without replicas has zero, and a workload one.
      fault: ({ kind, spec }, { params }) => {
        const replicas = spec?.replicas ?? (kind === "Scale" ? 0 : 1);
        return replicas < params.minimum && !(params.allowZero && replicas === 0);
      },
      at: "spec.replicas",
      message: ({ kind, spec }, { at, params }) =>
        `${at}: ${spec?.replicas ?? (kind === "Scale" ? 0 : 1)} is too few; set at least ${params.minimum}`,
    }),
    on("", {
      fault: ({ spec }, { params }) => params.maximum !== undefined && (spec?.replicas ?? 0) > params.maximum,
      at: "spec.replicas",
      message: ({ spec }, { at, params }) =>
        `${at}: ${spec?.replicas ?? 0} is too many; set at most ${params.maximum ?? 0}`,
    }),
  ],
});
