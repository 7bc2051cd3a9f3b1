import type { LabelSelector } from "../../policy/define/LabelSelector.ts";

/** What happens to a request when the gate cannot be called: `Fail` refuses it, `Ignore` allows it. */
export type FailurePolicy = "Fail" | "Ignore";

/** `admissionregistration.k8s.io/v1` MatchCondition: the gate is called only when the CEL expression is true. */
export interface MatchCondition {
  /** A qualified name, unique in its entry. The prefix `postern.dev/` is reserved. */
  readonly name: string;
  readonly expression: string;
}

/** Options of the webhooks of an entry. They hold for all of its policies. */
export interface EntryOptions {
  /** Matches the labels of the object's namespace, or of a Namespace itself. Every other cluster-scoped object matches. */
  readonly namespaceSelector?: LabelSelector;
  /** Matches the labels of the object or of the old object. */
  readonly objectSelector?: LabelSelector;
  /** Default: `Fail` when a policy of the entry enforces in the cluster, else `Ignore`. */
  readonly failurePolicy?: FailurePolicy;
  /** 1 to 10; default 5. The API server accepts up to 30, but a client waits that long at every retry. */
  readonly timeoutSeconds?: number;
  /** Default `IfNeeded`: mutators run again when a later webhook has changed the object. */
  readonly reinvocationPolicy?: "Never" | "IfNeeded";
  /** Further conditions, after those that `render` adds. */
  readonly matchConditions?: readonly MatchCondition[];
  /**
   * Allows break-glass: the sync may set `failurePolicy` from `Fail` to `Ignore` while neither it nor an API server can call
   * the gate. The sync must allow it too. Default false.
   */
  readonly breakGlass?: boolean;
}

/** A group of policies that share the options of a webhook. Its path is `/c/CLUSTER/validate/ENTRY`. */
export interface EntryDefinition extends EntryOptions {
  /** Names of the gate's policies. Optional only in the entry `default`, which has every policy that no other entry names. */
  readonly policies?: readonly string[];
}
