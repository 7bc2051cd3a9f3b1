import type { Operation } from "../../protocol/review/Review.ts";
import type { LabelSelector } from "./LabelSelector.ts";
import type { ResourceName } from "./ResourceTypes.ts";

/** Patterns for namespace names: `*` matches any characters, `?` matches one character. */
export interface NamespaceMatch {
  /** Only these namespaces. Cluster-scoped objects then do not match, except Namespaces, which match by their own name. */
  readonly include?: readonly string[];
  /** Not these namespaces. Takes precedence over `include`. */
  readonly exclude?: readonly string[];
}

/**
 * The reviews that a policy applies to. The fields have the meaning of a registration's rules
 * (`admissionregistration.k8s.io/v1` RuleWithOperations), so that registrations can be rendered from them.
 */
export interface Match<
  R extends ResourceName = ResourceName,
  O extends Operation = Operation,
  G extends string = string,
> {
  /** Default: the group of the built-in resource. Required for custom resources. `*` is any group. */
  readonly apiGroups?: readonly G[];
  /** Default: all versions. */
  readonly apiVersions?: readonly string[];
  /** `pods`, `pods/exec`, `pods/*`, `*`, or `*` + `/*` for all resources and subresources. */
  readonly resources: readonly R[];
  /** Default: CREATE and UPDATE. */
  readonly operations?: readonly O[];
  /** Default: `*`, which is both. */
  readonly scope?: "Namespaced" | "Cluster" | "*";
  /** Default: all namespaces. */
  readonly namespaces?: NamespaceMatch;
  /** Must match the labels of the object or of the old object, like `objectSelector`. */
  readonly labels?: LabelSelector;
  /**
   * Also match the Pod templates of Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs and
   * ReplicationControllers, as Pods. Requires `pods` in `resources`. Default: false.
   */
  readonly podTemplates?: boolean;
  /**
   * Whether a validator on `pods` also matches `pods/ephemeralcontainers`, and `ctx.containers()` contains them. Mutators
   * match that subresource only by name, because the API server accepts no other change there. Default: true.
   */
  readonly ephemeralContainers?: boolean;
}
