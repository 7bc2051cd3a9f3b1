/** Code of a lint. Stable: scripts may match on it. */
export type LintCode =
  /** A policy takes custom resources in whatever version the client chose. Name their versions in `apiVersions`, or `"*"`. */
  | "any-version"
  /** A policy matches resources of `admissionregistration.k8s.io`. The API server calls no webhook for them. Use a ValidatingAdmissionPolicy. */
  | "admissionregistration"
  /** A policy matches nearly every object. The message estimates calls and costs for `--nodes` nodes. Name the resources. */
  | "calls-for-everything"
  /** The matchCondition of an entry would have more than 30,000 characters. It is left out, and the gate gets more calls. */
  | "condition-too-long"
  /** The gate has conversions, and the cluster lacks the tier `capability`. API servers send no other credential with conversions. Add it to `identity`. */
  | "conversions-refused"
  /** A certificate of `--ca` has expired, is not valid yet, or is not a CA certificate. */
  | "doubtful-ca"
  /** The gate gives verdicts to every caller for this cluster, at another host than this machine. Set `identity` of the cluster in the gate. */
  | "identity-none"
  /** An entry sets `failurePolicy: Ignore` although one of its policies enforces. Requests that cannot reach the gate are allowed. */
  | "ignore-on-enforcing-entry"
  /** `leaveAlone` is false. The mutator can stop controllers and requests, or make objects without end. Use the default, and match only what needs it. */
  | "mutator-leaves-nothing-alone"
  /** A mutator changes its own result, or what another webhook added, or two mutators undo each other. A second call must not change the object again. */
  | "mutator-not-idempotent"
  /** A mutator changes the Pod templates of existing workloads, whose next update then replaces all of their Pods. Restrict it to CREATE, or roll out on purpose. */
  | "mutator-replaces-pods"
  /** The cluster takes calls, or conversions, only with a capability, which files must not have. Hand the registrations over to the sync, which writes it. */
  | "no-capability"
  /** A policy matches objects for which the gate is never called. Change its match. */
  | "policy-never-called"
  /** The gate is called for Secrets, by name or by a wildcard. Their values leave the cluster. */
  | "secrets-leave-cluster"
  /** What a policy reads can change through a subresource for which it is not called, such as `deployments/scale`. Match it, or name it in `unasked`. */
  | "subresource-unasked"
  /** Error: a webhook would have more than 64 matchConditions, which the API server refuses. Remove conditions from the entry. */
  | "too-many-match-conditions"
  /** `apiVersions` names only versions of a built-in resource that Kubernetes does not serve. The policy is never called for it. */
  | "version-not-served"
  /** `apiVersions` names a version of a built-in resource that is not that of its type. Objects then differ from the type of `ctx.object`. */
  | "version-not-typed";

/** Something about the registrations of a gate that its author should know. No cluster accepts an `error`. */
export interface Lint {
  readonly code: LintCode;
  readonly severity: "error" | "warning";
  /** `entries.NAME`, `policies.NAME`, `clusters.NAME.identity` or `--ca:`. */
  readonly place: string;
  /** One line that continues the sentence after the place. */
  readonly message: string;
}
