import type { AnnouncementFaultCode } from "../announcement/readAnnouncement.ts";

/** What keeps a registration from being in step. Announcements add the codes of {@link AnnouncementFaultCode}. */
export type FindingCode =
  /** No registration of the gate is handed to the sync. Apply the output of `postern render --sync`. */
  | "no-targets"
  /**
   * A canary is missing or cannot be written, so no bundle can be tried and nothing is written. Apply the output of
   * `postern render --sync`. Without a canary for conversions, only CustomResourceDefinitions are skipped.
   */
  | "no-canary"
  /**
   * The registration has `cert-manager.io/inject-ca-from`, calls a Service or has no webhooks. The sync does not write it.
   * Remove the annotation, or take the registration back from the sync.
   */
  | "target-fault"
  /**
   * A URL of the registration is not a URL of the gate for this cluster, or its webhooks call several addresses. The sync
   * does not write it. Correct the URL, or set `url` in the config.
   */
  | "not-the-gates"
  /** Another client changed the registration during the run. The next run continues. */
  | "changed-in-between"
  /**
   * Another writer changed the written values twice within the soak, usually a GitOps tool. The sync stops writing until
   * the soak is over or the annotation `postern.dev/sync-reverted` is removed, unless the API server cannot use the values. Configure the tool to ignore both fields.
   */
  | "fight"
  /**
   * Another client changed the values that the sync wrote. The run writes them again, except for another URL of the gate.
   * Usually somebody applied a rendered registration with another `caBundle`, which one run reports, or a GitOps tool does it
   * again and again. If nobody did, the sync's token may be stolen.
   */
  | "foreign-values"
  /**
   * An annotation `postern.dev/sync-*` has a value that the sync does not write, such as a time ahead of now, or a Lease has
   * one. The value is not used, and the run replaces it. An earlier version stored announcement numbers of up to a day ahead:
   * the first run after an upgrade may report one. If neither that nor an edit by hand explains it, the sync's token may be
   * stolen.
   */
  | "foreign-state"
  /**
   * The bundle has a root that neither the config, a catalogue, the announcement nor the hand-over names. The sync removes it
   * after the soak, also while a served chain needs it, but not while the announcement or the provider cannot be followed.
   * If the root is intended, add it to `trust.roots`.
   */
  | "unasked-root"
  /** The endpoint does not answer from this cluster. Check its DNS name, its network path and its server. */
  | "unreachable"
  /**
   * The endpoint serves a chain of a CA that neither the config nor the bundle contains. If the CA is intended, add its root
   * to `trust.roots`.
   */
  | "unanchored"
  /** The endpoint serves a chain that the API server refuses: expired, or for another name. Correct the certificate. */
  | "refused-chain"
  /**
   * The API server cannot call the gate with this bundle and URL, or another key signed the answer. The message contains
   * the API server's error. Check the network path, and `selfTest.publicKey`.
   */
  | "canary-failed"
  /** The API server did not answer the self-test, or has not loaded the canary yet. The next run repeats the self-test. */
  | "canary-unknown"
  /** A write is not accepted and neither is its snapshot. Render and apply the registration with the right `--ca` and `--url`. */
  | "cannot-roll-back"
  /**
   * Webhooks fail open: requests are admitted without a review while the gate cannot be called. Bring the gate back. Every
   * run reports this until the webhooks fail closed again.
   */
  | "failing-open"
  /**
   * An address of the endpoint does not answer from this cluster. No root is removed until it does. Addresses above the
   * first 16 count as silent; unreachable IPv6 addresses are skipped when IPv4 answers.
   */
  | "address-silent"
  /**
   * This clock and the API server's differ by more than a minute. No soak is measured and no root is removed until they
   * agree. Synchronize the clocks.
   */
  | "clock"
  | AnnouncementFaultCode
  /** The announcement's URL does not answer, or answers another status than 200. Check where it is published. */
  | "announcement-unavailable"
  /**
   * The announcement is older than one that this cluster followed. If announcements were restarted with a clock that is
   * behind, remove the annotation `postern.dev/sync-announcement` from the registrations.
   */
  | "announcement-replayed"
  /**
   * The announcement or the provider names a root that no catalogue, config or bundle contains. Update Postern, or add the
   * root to `trust.roots`.
   */
  | "unknown-root"
  /**
   * The capability in the URLs is due for renewal, missing, or refused by the gate, and the gate issued no other one. Nothing
   * was changed. The message says when the present one ends, and until when the gate honours it. Check the projected token of
   * the sync and the cluster's `identity` in the gate.
   */
  | "capability-not-renewed"
  /** The provider cannot be asked. The message contains its error. Check the token and its permissions. */
  | "provider-failed";

/** A result of a run that needs attention. */
export interface Finding {
  readonly code: FindingCode;
  /** A target, an endpoint, or empty for the whole run. */
  readonly about: string;
  readonly message: string;
}
