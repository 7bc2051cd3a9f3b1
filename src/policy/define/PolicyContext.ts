import type { GroupVersionKind, GroupVersionResource, Operation, User } from "../../protocol/review/Review.ts";
import type { PodContainer } from "./podContainers.ts";

/**
 * What a policy is shown of a review. `T` is the type of the matched objects, `Old` that of the old ones, `P` that of
 * the policy's parameters. The object is as the API server sent it, complete after defaulting, and not checked again.
 */
export interface PolicyContext<T, Old, P> {
  /** The object, or the Pod that a workload's template would become (`podTemplates`). */
  readonly object: T;
  readonly oldObject: Old;
  readonly operation: Operation;
  /** Empty when the request is not for a subresource. */
  readonly subresource: string;
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  /** The reviewed object's name; empty on a CREATE that leaves naming to the server. */
  readonly name: string;
  readonly user: User;
  readonly dryRun: boolean;
  /** The cluster's parameters for this policy, as the policy's `params` parsed them. */
  readonly params: P;
  /** Aborts when the policy's time is over. Hand it to every `fetch`. */
  readonly deadline: AbortSignal;
  /** The real place of a part of `object`, for messages: in a Deployment `spec.containers[0]` is `spec.template.spec.containers[0]`. */
  path(...segments: readonly (string | number)[]): string;
  /** The Pod's containers of all kinds, with their real paths; none when the object is no Pod. */
  containers(): readonly PodContainer[];
}

/** Null where the operations include one that comes without an object. */
export type ObjectFor<O extends Operation, T> = [O] extends ["CREATE" | "UPDATE"] ? T : T | null;

/** Surely there only when the policy is shown nothing but updates. */
export type OldObjectFor<O extends Operation, T> = [O] extends ["UPDATE"] ? T : T | null;
