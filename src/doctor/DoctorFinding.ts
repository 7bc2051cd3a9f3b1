/** How bad a finding is. `info` is a note: a fact, or something that could not be checked. */
export type Severity = "error" | "warning" | "info";

/** What a check found. Part of the API: callers match on these. */
export type DoctorFindingCode =
  /** No registration in the cluster calls the gate, so nothing is reviewed. Apply the output of `postern render`. */
  | "no-registration"
  /** No address of the endpoint answers from this machine. Check the deployment, DNS and the firewall. */
  | "unreachable"
  /** One address of the endpoint does not answer, others do. Repair it, or remove it from DNS. */
  | "address-silent"
  /**
   * A stored `caBundle` does not verify a chain that the endpoint serves. Add the root of that chain, or repair the
   * endpoint.
   */
  | "refused-chain"
  /**
   * `caBundle` is empty: the roots of the API server's host apply, which cannot be read from here. Nothing to do for a
   * public CA.
   */
  | "unverified-chain"
  /** `caBundle` contains something that the API server skips, such as a broken block. Write the bundle again. */
  | "bad-bundle"
  /** `caBundle` contains a private key. Replace the key, revoke its certificates and write the bundle again. */
  | "private-key-in-bundle"
  /**
   * `caBundle` contains intermediates or serving certificates. CAs change these without notice: replace them by roots.
   */
  | "no-root-in-bundle"
  /**
   * A root catalogue of this version of Postern was last compared with its source more than 180 days ago. Update Postern.
   */
  | "old-catalogue"
  /** `caBundle` contains an expired root. Nothing to do: the sync removes it after the soak. */
  | "expired-root"
  /**
   * A certificate of the endpoint has less than a third of its lifetime left (error: a tenth) and was not renewed.
   * Lifetimes above 90 days count as 90 days. Find out why it is not renewed.
   */
  | "runs-out"
  /** A URL is not https, has a query, or the webhook calls a Service. Apply the output of `postern render`. */
  | "bad-url"
  /** A URL is not a URL of the gate for this cluster. Apply the output of `postern render --cluster NAME`. */
  | "not-the-gates-url"
  /** The registrations of a gate call several base URLs. A note while the sync switches the URL; else set one URL. */
  | "several-urls"
  /**
   * The ConfigMap of the sync does not list a host that registrations call, or in another spelling, or not the place (host,
   * port and base path) that `url` in the sync's config moves them to. Writes of the sync are refused. Add the named line.
   */
  | "unlisted-host"
  /**
   * The gate takes calls without a credential for this cluster, and is at another host than this machine. Set `identity` of
   * the cluster in the gate.
   */
  | "identity-none"
  /**
   * A URL has no capability, although the gate takes only capabilities for this cluster. Let the sync run with `capability` in
   * its config, or render with `--sync-token`.
   */
  | "capability-missing"
  /** The capability in a URL has ended. The gate honours it only for its grace. Find out why the sync does not renew it. */
  | "capability-expired"
  /** The capability in a URL has less than a quarter of its life left: the sync has not renewed it. Read the sync's log. */
  | "capability-runs-out"
  /** The clock of the API server or the gate is wrong by a minute or more (error: five minutes). Correct the clock. */
  | "clock-skew"
  /** A GitOps tool owns `caBundle` or `url`, which the sync writes. Make the tool ignore both. */
  | "gitops-owner"
  /** A GitOps tool manages the registration, but does not own `caBundle` or `url`. Make it ignore both. */
  | "gitops"
  /** Another client owns `caBundle` or `url`, which the sync writes. Make it leave them alone. */
  | "other-writer"
  /** cert-manager's CA injector writes `caBundle`, so the sync does not. Remove one of the two annotations. */
  | "ca-injector"
  /** Another writer reverted values of the sync (error: twice, and the sync stopped writing). Find it and stop it. */
  | "fight"
  /** A phase of the sync does not end. Run `postern sync --dry-run`. */
  | "stuck-phase"
  /** The sync is not installed, but registrations are handed to it. Install it. */
  | "sync-missing"
  /** The CronJob of the sync is suspended, or its Deployment has no replicas. Resume it. */
  | "sync-suspended"
  /** Runs of the sync fail, or its Deployment is not ready. Read its log. */
  | "sync-failing"
  /** No run of the sync was started for an hour. Check the CronJob and its controller. */
  | "sync-stopped"
  /**
   * The ServiceAccount of the sync may not patch a registration. Add its name to `resourceNames` of the ClusterRole.
   */
  | "sync-lacks-right"
  /** A dry run of the sync has a finding. The message begins with its code; see the codes of the sync. */
  | "sync-finding"
  /** A dry run of the sync would write. Let the sync run. */
  | "not-in-step"
  /** The self-test failed: the API server cannot call the gate, or the gate does not know the caller. The message contains its error. */
  | "cannot-be-called"
  /**
   * The gate answered the self-test, but its signature cannot be verified. Check the signing key and
   * `selfTest.publicKey`.
   */
  | "self-test-unsigned"
  /**
   * The self-test could not run, because the canary or a permission is missing. Apply the output of `postern render`,
   * or run the command as another user.
   */
  | "self-test-not-made"
  /** No registration sends the gate objects that a policy matches. Render and apply the registrations again. */
  | "policy-not-called"
  /**
   * A rule names a version of a built-in resource that the cluster does not serve, so the gate is not called for it. Name
   * another version in the policy, or update the cluster.
   */
  | "version-not-served"
  /** A webhook calls an entry, or a part of one, that the gate no longer has. Render and apply the registrations again. */
  | "unknown-entry"
  /** A registration was rendered from another version of the gate. Render and apply the registrations again. */
  | "outdated-registration"
  /**
   * A webhook of enforcing policies has `failurePolicy: Ignore`. A note if the entry sets it; else render and apply.
   */
  | "ignores-failures"
  /** An exception ends within 14 days: what it permits is denied from then on. Mend the objects, or agree on a later end. */
  | "exception-ends"
  /** An exception has ended, and has no effect. Remove it from the gate. */
  | "exception-ended"
  /** A webhook also matches kube-system, or nodes and leases with a wildcard. Apply the output of `postern render`. */
  | "guard-missing"
  /**
   * A webhook with `failurePolicy: Fail` matches nodes or leases: without the gate, nodes become NotReady. Remove these
   * resources from the policies, or let the entry fail open.
   */
  | "machinery-called"
  /** `timeoutSeconds` is above 10, longer than most clients wait. Lower it. */
  | "long-timeout"
  /** The `caBundle` of another webhook with `failurePolicy: Fail` expires soon. Ask its owner. */
  | "other-webhook-runs-out"
  /**
   * The certificate of a webhook was not renewed when it was due. Check cert-manager, or the tool that wrote the
   * Secret.
   */
  | "not-renewed"
  /** cert-manager reports that a Certificate is not ready, or that its last renewal failed. Check its issuer. */
  | "renewal-failing"
  /** A webhook's certificate has no Certificate of cert-manager and no other known renewer. Find out who renews it. */
  | "nobody-renews"
  /** The gate runs on AWS Lambda, which accepts at most 6 MB a request. Nothing to do if no object is that large. */
  | "body-limit"
  /**
   * The gate, a registration or the sync is of an earlier version than this command (warning: by more than one minor
   * version). Update it, in the order that `.github/UPGRADES.md` gives.
   */
  | "version-behind"
  /**
   * The gate, a registration or the sync is of a later version than this command (warning: by more than one minor version).
   * Update this command.
   */
  | "version-ahead"
  /** Something could not be read, usually for lack of a permission. Run the command as a user that may read it. */
  | "not-seen";

/** One finding of `postern doctor`. */
export interface DoctorFinding {
  readonly code: DoctorFindingCode;
  readonly severity: Severity;
  /** A registration, an endpoint, or another object of the cluster. */
  readonly about: string;
  readonly message: string;
  /** What to do, in the imperative. */
  readonly todo: string;
}

const RANKS: readonly Severity[] = ["error", "warning", "info"];

/** Sorts findings by severity, worst first, and removes duplicates. Keeps the order within a severity. */
export function bySeverity(findings: readonly DoctorFinding[]): DoctorFinding[] {
  const distinct = new Map(findings.map((it) => [JSON.stringify([it.code, it.about, it.message]), it]));
  return [...distinct.values()].sort((left, right) => RANKS.indexOf(left.severity) - RANKS.indexOf(right.severity));
}
