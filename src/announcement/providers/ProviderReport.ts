/** One certificate that a provider serves, or is about to. */
export interface ProviderCertificate {
  /** Whom it is from, in the provider's words. */
  readonly issuer: string;
  /** ISO 8601; undefined where it is not issued yet. */
  readonly notAfter: string | undefined;
  /** The provider's own word: `active`, `pending_deployment`, `ISSUED`. */
  readonly state: string;
}

/** What a provider says of what it serves, and will. */
export interface ProviderReport {
  /** Where the gate is served, as announcements have it; undefined where the provider was not asked for it. */
  readonly url: string | undefined;
  /** Catalogue names and fingerprints of every root that its certificates may lead to. */
  readonly roots: readonly string[];
  readonly certificates: readonly ProviderCertificate[];
  /** When the next certificate is to be expected, in ISO 8601. */
  readonly renewsAt?: string;
  /** For people. */
  readonly notes: readonly string[];
}
