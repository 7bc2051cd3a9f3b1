import * as z from "zod/mini";
import { KubernetesError } from "../../kubernetes/KubernetesError.ts";
import { RolloutError } from "../RolloutError.ts";
import { marksOf } from "./RolloutMarks.ts";
import { readRolloutState, type Staging } from "./RolloutState.ts";
import { IN_PROGRESS_LABEL, STATE_ANNOTATION } from "./rolloutAnnotations.ts";
import { type WorkloadRef, workloadName } from "./WorkloadRef.ts";
import type { WorkloadView } from "./WorkloadView.ts";

const number = z._default(z.number(), 0);
const maybeNumber = z.optional(z.number());
const portion = z.optional(z.union([z.string(), z.number()]));
const words = z.optional(z.record(z.string(), z.string()));
const strategy = z.optional(
  z.looseObject({
    type: z.optional(z.string()),
    rollingUpdate: z.optional(z.looseObject({ maxSurge: portion, maxUnavailable: portion, partition: maybeNumber })),
  }),
);

const schema = z.looseObject({
  metadata: z.looseObject({
    uid: z.string(),
    resourceVersion: z.string(),
    generation: number,
    annotations: words,
    labels: words,
    deletionTimestamp: z.optional(z.string()),
  }),
  spec: z.looseObject({
    replicas: z._default(z.number(), 1),
    paused: z.optional(z.boolean()),
    minReadySeconds: maybeNumber,
    progressDeadlineSeconds: maybeNumber,
    strategy,
    updateStrategy: strategy,
    selector: z.looseObject({
      matchLabels: words,
      matchExpressions: z.optional(
        z.array(z.looseObject({ key: z.string(), operator: z.string(), values: z.optional(z.array(z.string())) })),
      ),
    }),
    template: z.looseObject({ metadata: z.optional(z.looseObject({ annotations: words })) }),
  }),
  status: z._default(
    z.looseObject({
      observedGeneration: number,
      replicas: number,
      updatedReplicas: number,
      readyReplicas: number,
      availableReplicas: number,
      currentRevision: z.optional(z.string()),
      updateRevision: z.optional(z.string()),
      desiredNumberScheduled: number,
      updatedNumberScheduled: number,
      numberAvailable: number,
      conditions: z.optional(z.array(z.looseObject({ type: z.string(), reason: z.optional(z.string()) }))),
    }),
    {
      observedGeneration: 0,
      replicas: 0,
      updatedReplicas: 0,
      readyReplicas: 0,
      availableReplicas: 0,
      desiredNumberScheduled: 0,
      updatedNumberScheduled: 0,
      numberAvailable: 0,
    },
  ),
});
type WorkloadObject = z.infer<typeof schema>;

/**
 * Decodes a stored workload. Throws {@link KubernetesError} `cluster-refused` when the object is not one, and
 * {@link RolloutError} `unreadable-state` when its state annotation was not written by a rollout.
 */
export function readWorkload(ref: WorkloadRef, object: object): WorkloadView {
  const parsed = schema.safeParse(object);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new KubernetesError(
      "cluster-refused",
      `${workloadName(ref)} cannot be read: ${issue?.path.join(".")}: ${issue?.message}`,
    );
  }
  const { metadata, spec } = parsed.data;
  const template = spec.template.metadata?.annotations;
  return {
    ref,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    pods: ref.kind === "DaemonSet" ? parsed.data.status.desiredNumberScheduled : spec.replicas,
    isSettled: isSettled(ref, parsed.data),
    isOverdue: isOverdue(ref, parsed.data),
    ...faultsOf(ref, parsed.data),
    marks: marksOf(template ?? {}),
    has: {
      annotations: metadata.annotations !== undefined,
      labels: metadata.labels !== undefined,
      templateAnnotations: template !== undefined,
    },
    staging: stagingOf(ref, parsed.data),
    state: stateOf(ref, metadata.annotations?.[STATE_ANNOTATION]),
    isLabelled: metadata.labels?.[IN_PROGRESS_LABEL] !== undefined,
    selector: selectorText(spec.selector),
  };
}

/** The rules of `kubectl rollout status` (k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go). */
function isSettled({ kind }: WorkloadRef, { metadata, spec, status }: WorkloadObject): boolean {
  if (status.observedGeneration < metadata.generation) return false;
  switch (kind) {
    case "Deployment":
      return (
        status.updatedReplicas >= spec.replicas &&
        status.replicas <= status.updatedReplicas &&
        status.availableReplicas >= status.updatedReplicas
      );
    case "StatefulSet": {
      const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
      if (status.readyReplicas < spec.replicas || status.availableReplicas < spec.replicas) return false;
      return partition > 0
        ? status.updatedReplicas >= spec.replicas - partition
        : status.updateRevision === status.currentRevision;
    }
    case "DaemonSet":
      return (
        status.updatedNumberScheduled >= status.desiredNumberScheduled &&
        status.numberAvailable >= status.desiredNumberScheduled
      );
  }
}

function isOverdue({ kind }: WorkloadRef, { metadata, status }: WorkloadObject): boolean {
  if (kind !== "Deployment" || status.observedGeneration < metadata.generation) return false;
  return (
    status.conditions?.some(({ type, reason }) => type === "Progressing" && reason === "ProgressDeadlineExceeded") ===
    true
  );
}

function faultsOf(
  { kind }: WorkloadRef,
  { metadata, spec }: WorkloadObject,
): Pick<WorkloadView, "fault" | "canaryFault"> {
  const fault = (): string | undefined => {
    if (metadata.deletionTimestamp !== undefined) return "it is being deleted";
    if (spec.paused === true) return "it is paused (spec.paused)";
    if (kind !== "Deployment" && spec.updateStrategy?.type === "OnDelete")
      return "its updateStrategy is OnDelete, which replaces no Pods";
    const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    if (kind === "StatefulSet" && spec.replicas > 0 && partition >= spec.replicas)
      return `its partition ${partition} is not below its ${spec.replicas} replicas, so no Pod is replaced`;
    return undefined;
  };
  const isRecreated = kind === "Deployment" && spec.strategy?.type === "Recreate";
  return {
    fault: fault(),
    canaryFault: isRecreated ? "its strategy is Recreate, which replaces all Pods at the same time" : undefined,
  };
}

function stagingOf({ kind }: WorkloadRef, { spec }: WorkloadObject): Staging {
  const { rollingUpdate } = (kind === "Deployment" ? spec.strategy : spec.updateStrategy) ?? {};
  switch (kind) {
    case "Deployment":
      return {
        kind,
        maxSurge: rollingUpdate?.maxSurge ?? null,
        maxUnavailable: rollingUpdate?.maxUnavailable ?? null,
        minReadySeconds: spec.minReadySeconds ?? null,
        progressDeadlineSeconds: spec.progressDeadlineSeconds ?? null,
      };
    case "StatefulSet":
      return { kind, partition: rollingUpdate?.partition ?? null };
    case "DaemonSet":
      return {
        kind,
        type: spec.updateStrategy?.type === "OnDelete" ? "OnDelete" : "RollingUpdate",
        maxSurge: rollingUpdate?.maxSurge ?? null,
        maxUnavailable: rollingUpdate?.maxUnavailable ?? null,
      };
  }
}

function stateOf(ref: WorkloadRef, text: string | undefined): WorkloadView["state"] {
  try {
    return readRolloutState(text);
  } catch (error) {
    if (!(error instanceof RolloutError)) throw error;
    throw new RolloutError(
      error.code,
      `${workloadName(ref)}: annotation ${STATE_ANNOTATION} was not written by a rollout (${error.message}); remove it and check the update strategy`,
      error,
    );
  }
}

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?:
    | readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] | undefined }[]
    | undefined;
}

/** A LabelSelector (meta/v1) as the query `labelSelector`. An unknown operator selects nothing. */
function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const terms = [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      switch (operator) {
        case "In":
          return `${key} in (${values.join(",")})`;
        case "NotIn":
          return `${key} notin (${values.join(",")})`;
        case "Exists":
          return key;
        case "DoesNotExist":
          return `!${key}`;
        default:
          return `${key},!${key}`;
      }
    }),
  ];
  return terms.join(",");
}
