import type { LabelSelector } from "../../policy/match/LabelSelector.ts";

/** What is to happen to a request when the gate cannot be asked (`failurePolicy`). */
export type FailurePolicy = "Fail" | "Ignore";

/** `admissionregistration.k8s.io/v1` MatchCondition: a CEL expression that must be true for the gate to be called. */
export interface MatchCondition {
  /** A qualified name, unique among those of its entry. The prefix `postern.dev/` is taken. */
  readonly name: string;
  readonly expression: string;
}

/** What a registration can express beside what policies match, shared by all policies of an entry. */
export interface EntryOptions {
  /** On the labels of the object's namespace, or on a Namespace's own. Other cluster-scoped objects meet every one. */
  readonly namespaceSelector?: LabelSelector;
  /** On the object's labels, or the old object's. */
  readonly objectSelector?: LabelSelector;
  /** Default: `Fail` where one of the policies enforces in the cluster, else `Ignore`. */
  readonly failurePolicy?: FailurePolicy;
  /** 1 to 10; default 5. The API server's own limit is 30, in which a client waits through every retry. */
  readonly timeoutSeconds?: number;
  /** Default `IfNeeded`: mutators see what webhooks after them made of the object. */
  readonly reinvocationPolicy?: "Never" | "IfNeeded";
  readonly matchConditions?: readonly MatchCondition[];
  /**
   * Whether the sync may set `failurePolicy` to `Ignore` while nothing, the API server among it, can call the gate: only
   * where the sync is told to as well, and only where it is `Fail`. Default false.
   */
  readonly breakGlass?: boolean;
}

/** A group of policies that share what a registration can express; called by `/c/CLUSTER/validate/ENTRY`. */
export interface EntryDefinition extends EntryOptions {
  /** Names of the gate's policies. May be left out in the entry `default` only, which has all that no other entry names. */
  readonly policies?: readonly string[];
}
