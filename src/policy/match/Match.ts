import type { Operation } from "../../protocol/review/Review.ts";
import type { ResourceName } from "../define/ResourceTypes.ts";
import type { LabelSelector } from "./LabelSelector.ts";
import type { NamespaceMatch } from "./namespaceMatcher.ts";

/**
 * Which reviews a policy is shown. The words and their meaning are those of a registration's rules
 * (`admissionregistration.k8s.io/v1` RuleWithOperations), so that a registration can be made from them.
 */
export interface Match<
  R extends ResourceName = ResourceName,
  O extends Operation = Operation,
  G extends string = string,
> {
  /** Default: the group that the built-in resources belong to. Needed for custom resources; `*` for any. */
  readonly apiGroups?: readonly G[];
  /** Default: every version. */
  readonly apiVersions?: readonly string[];
  /** `pods`, `pods/exec`, `pods/*`, `*`, or `*` + `/*` for everything with its subresources. */
  readonly resources: readonly R[];
  /** Default: CREATE and UPDATE. */
  readonly operations?: readonly O[];
  /** Default: `*`, both. */
  readonly scope?: "Namespaced" | "Cluster" | "*";
  readonly namespaces?: NamespaceMatch;
  /** On the object's labels, or the old object's: one of the two is enough, as with `objectSelector`. */
  readonly labels?: LabelSelector;
  /**
   * Also show the Pod templates of Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs and
   * ReplicationControllers, as Pods. Only with `pods` among the resources.
   */
  readonly podTemplates?: boolean;
  /**
   * Default true: a validator on `pods` is also shown `pods/ephemeralcontainers`, and `ctx.containers()` has them too.
   * Mutators are shown that subresource only when they name it, for the API server takes no other change there.
   */
  readonly ephemeralContainers?: boolean;
}
