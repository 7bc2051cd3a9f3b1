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

/** A kind of custom resources with a Pod template, for `podTemplates`. */
export interface PodTemplateKind {
  readonly group: string;
  /** The plural, such as `rollouts`. */
  readonly resource: string;
  /** The version that has the template at `path`. Default: all versions. */
  readonly version?: string;
  /** The member names from the object to the template. Default: `["spec", "template"]`. */
  readonly path?: readonly string[];
  /**
   * Whether objects may have no template there, such as Rollouts with a `workloadRef`. They do not match. With false the
   * policy fails on them, so that a wrong path is noticed. Default: false.
   */
  readonly optional?: boolean;
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
  /**
   * The versions in which the policy judges objects. The API server converts objects of other versions, so that each is
   * judged once. Default: for a built-in resource the version of its type, such as `v2` for `horizontalpodautoscalers`;
   * for a custom resource that the gate converts the hub, and else `*`. `*` is the version that the client chose.
   */
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
   * Also match the Pod templates of Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs,
   * ReplicationControllers and PodTemplates, as Pods. A list names more kinds, such as
   * `{ group: "argoproj.io", resource: "rollouts" }`. Requires `pods` in `resources`. Default: false.
   */
  readonly podTemplates?: boolean | readonly PodTemplateKind[];
  /**
   * Whether a validator on `pods` also matches `pods/ephemeralcontainers`, and `ctx.containers()` contains them. Mutators
   * match that subresource only by name, because the API server accepts no other change there. Default: true.
   */
  readonly ephemeralContainers?: boolean;
  /**
   * Whether a validator on `pods` also matches `pods/resize`, which changes the resources of containers. Mutators match
   * that subresource only by name. Default: true.
   */
  readonly resize?: boolean;
  /**
   * Subresources through which what the policy reads can change, and for which it need not be called, such as
   * `deployments/scale`. `postern render` then does not report them.
   */
  readonly unasked?: readonly string[];
}
