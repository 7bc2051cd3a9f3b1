import * as z from "zod/mini";
import { marksOf, type RolloutMarks } from "./RolloutMarks.ts";
import type { WorkloadView } from "./WorkloadView.ts";

/** The result of a probe of a Pod's certificate. */
export type ProbeResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** The parts of a stored Pod that a rollout needs. */
export interface PodView {
  readonly name: string;
  readonly uid: string;
  /** The controller that created the Pod. */
  readonly owner: { readonly kind: string; readonly name: string; readonly uid: string } | undefined;
  readonly ip: string | undefined;
  readonly isReady: boolean;
  /** When the Pod became ready, in milliseconds since 1970; 0 when it is not ready. */
  readonly readySince: number;
  readonly isTerminating: boolean;
  /** Whether the Pod has annotations. A JSON Patch has to create the parent otherwise. */
  readonly hasAnnotations: boolean;
  readonly marks: RolloutMarks;
  /** Whether the Pod serves the expected certificate; undefined when it was not probed. */
  readonly probe: ProbeResult | undefined;
}

const schema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    annotations: z.optional(z.record(z.string(), z.string())),
    deletionTimestamp: z.optional(z.string()),
    ownerReferences: z.optional(
      z.array(
        z.looseObject({ kind: z.string(), name: z.string(), uid: z.string(), controller: z.optional(z.boolean()) }),
      ),
    ),
  }),
  status: z._default(
    z.looseObject({
      podIP: z.optional(z.string()),
      conditions: z._default(
        z.array(z.looseObject({ type: z.string(), status: z.string(), lastTransitionTime: z.optional(z.string()) })),
        [],
      ),
    }),
    { conditions: [] },
  ),
});

/** Decodes a stored Pod; undefined when the object is not a Pod. The result is not probed. */
export function readPod(object: object): PodView | undefined {
  const parsed = schema.safeParse(object);
  if (!parsed.success) return undefined;
  const { metadata, status } = parsed.data;
  const ready = status.conditions.find((it) => it.type === "Ready" && it.status === "True");
  const readySince = Date.parse(ready?.lastTransitionTime ?? "");
  return {
    name: metadata.name,
    uid: metadata.uid,
    owner: metadata.ownerReferences?.find(({ controller }) => controller === true),
    ip: status.podIP === "" ? undefined : status.podIP,
    isReady: ready !== undefined,
    readySince: Number.isNaN(readySince) ? 0 : readySince,
    isTerminating: metadata.deletionTimestamp !== undefined,
    hasAnnotations: metadata.annotations !== undefined,
    marks: marksOf(metadata.annotations ?? {}),
    probe: undefined,
  };
}

/**
 * Whether a Pod belongs to a workload, by the controller that created it: label selectors may overlap. The Pods of a
 * Deployment belong to its ReplicaSets, which have its name and a hash without dashes (`DeploymentController`). A ReplicaSet
 * `gate-canary-5d8c7` is one of the Deployment `gate-canary`, and not of `gate`.
 */
export function isPodOf({ ref, uid }: Pick<WorkloadView, "ref" | "uid">, { owner }: Pick<PodView, "owner">): boolean {
  if (owner === undefined) return false;
  if (ref.kind !== "Deployment") return owner.uid === uid;
  const dash = owner.name.lastIndexOf("-");
  return owner.kind === "ReplicaSet" && owner.name.slice(0, Math.max(dash, 0)) === ref.name;
}
