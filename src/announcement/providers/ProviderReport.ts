/** A certificate that a provider serves now or next. */
export interface ProviderCertificate {
  /** The issuer, as the provider names it. */
  readonly issuer: string;
  /** ISO 8601. Undefined when it is not issued yet. */
  readonly notAfter: string | undefined;
  /** The provider's status, for example `active`, `pending_deployment` or `ISSUED`. */
  readonly state: string;
}

/** What a provider serves now and next. */
export interface ProviderReport {
  /** Base URL of the gate. Undefined when the settings do not ask for it. */
  readonly url: string | undefined;
  /** The roots of its certificates: names of catalogues, and fingerprints. */
  readonly roots: readonly string[];
  readonly certificates: readonly ProviderCertificate[];
  /** Expected time of the next certificate, in ISO 8601. */
  readonly renewsAt?: string;
  /** Notes for the user. */
  readonly notes: readonly string[];
}
