import type { GroupVersionKind, GroupVersionResource, Operation, User } from "../../protocol/review/Review.ts";
import type { Log } from "../../telemetry/Log.ts";
import type { PodContainer } from "./podContainers.ts";

/**
 * A policy's view of a review. `T` is the type of the matched objects, `Old` the type of the old objects, `P` the type of
 * the policy's parameters. The object is the one that the API server sent, with defaults set. Its fields are not checked.
 */
export interface PolicyContext<T, Old, P> {
  /** The object, or with `podTemplates` the Pod that a workload's template describes. */
  readonly object: T;
  /** The object before an UPDATE or DELETE; null on CREATE. */
  readonly oldObject: Old;
  readonly operation: Operation;
  /** Empty for a request that is not for a subresource. */
  readonly subresource: string;
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  /** The object's name. Empty for mutators on a CREATE with `generateName`. */
  readonly name: string;
  /** The user of the request to the API server. */
  readonly user: User;
  /** Whether the API server will not store the object. */
  readonly dryRun: boolean;
  /** The cluster's parameters for this policy, parsed by the policy's `params`. */
  readonly params: P;
  /** Aborts when the deadline of the review passes. Give it to every `fetch`. */
  readonly deadline: AbortSignal;
  /** The gate's log. Each line has the cluster and the ids of the request's trace. A reviewed object never goes into a line. */
  readonly log: Log;
  /** The path of a part of `object` for messages. In a Deployment, `spec.containers[0]` is `spec.template.spec.containers[0]`. */
  path(...segments: readonly (string | number)[]): string;
  /** The Pod's containers of all kinds with their paths. Empty for an object that is not a Pod. */
  containers(): readonly PodContainer[];
}

/** The type of `object`: may be null when the operations include DELETE or CONNECT. */
export type ObjectFor<O extends Operation, T> = [O] extends ["CREATE" | "UPDATE"] ? T : T | null;

/** The type of `oldObject`: never null only when UPDATE is the single operation. */
export type OldObjectFor<O extends Operation, T> = [O] extends ["UPDATE"] ? T : T | null;
