import type { FailurePolicy } from "../../registration/entry/EntryOptions.ts";

/** The part of a registration that the sync compares: one webhook of a configuration, or the conversion of a CRD. */
export interface Hook {
  /** Empty for a conversion. */
  readonly name: string;
  readonly url: string;
  /** The decoded `caBundle`. Empty when there is none. */
  readonly bundle: string;
  /** Undefined for a conversion. */
  readonly failurePolicy?: FailurePolicy;
  /** Whether its registration marks it for break-glass (annotation `postern.dev/break-glass`). */
  readonly mayFailOpen?: boolean;
}
