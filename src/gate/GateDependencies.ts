import type { JWK } from "jose";
import type { Review } from "../protocol/review/Review.ts";
import type { Verdict } from "../protocol/review/Verdict.ts";
import type { Counters } from "../telemetry/Counters.ts";
import type { Log } from "../telemetry/Log.ts";

/** How much a gate takes on. */
export interface GateLimits {
  /** The longest body that is judged, in bytes. */
  readonly bodyBytes: number;
  /** Calls at one time; one more is answered 503. */
  readonly callsInFlight: number;
  /** Bodies of all of them together, in bytes; parsed, JSON takes several times its text. */
  readonly bytesInFlight: number;
}

/** A review and what was answered, for whoever watches. */
export interface JudgedReview {
  readonly cluster: string;
  readonly review: Review;
  readonly verdict: Verdict;
  /** From the call's first byte to the verdict, by the gate's clock. */
  readonly milliseconds: number;
  /** Of the certificate that served, as far as is known: lower-case hex without leading zeros. */
  readonly certificateSerial?: string | undefined;
}

/** A serving certificate, as `/readyz` shows it to whoever can call the gate. */
export interface CertificateStatus {
  /** Whether it is in its time. */
  readonly isReady: boolean;
  readonly serial: string;
  /** ISO 8601. */
  readonly notAfter: string;
  /** Which of two certificates serves. */
  readonly slot: string;
  /** What stands against the files that it is read from, by code; the words are in the log. */
  readonly faults: readonly { readonly slot: string; readonly code: string }[];
}

/** What a gate is handed by the runtime that it runs on. */
export interface GateDependencies {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  readonly limits?: Partial<GateLimits>;
  /** A private Ed25519 key (RFC 8037) for the self-test's statement; without it the statement is unsigned. */
  readonly signingKey?: JWK;
  /**
   * The signed announcement of what comes next, as `postern announce` published it: asked anew for each call, so that a
   * newer one is served without a restart. Undefined where there is none.
   */
  readonly announcement?: () => Promise<string | undefined>;
  readonly counters?: Counters;
  /** Whether the process is about to stop; `/readyz` then says no. */
  readonly isDraining?: () => boolean;
  /** How the certificate stands that the process itself serves; `/readyz` says no while it is not ready. */
  readonly certificateStatus?: () => CertificateStatus;
  /** The serial of the certificate that serves now, for what is recorded of a verdict; undefined where it is not known. */
  readonly certificateSerial?: () => string | undefined;
  /**
   * Freezes what policies are shown, so that one that changes it throws and is noticed. For development and tests: it
   * costs half as much again as parsing the review.
   */
  readonly freezeReviews?: boolean;
  /** Called after each verdict, before it is sent. It must not throw. */
  readonly onVerdict?: (judged: JudgedReview) => void;
}

/**
 * A stored object is at most about 2 MiB, a review carries two of them, and the API server escapes `<`, `>` and `&`
 * six-fold: 20 MiB holds all but the most contrived. Runtimes with less memory pass less.
 */
export const defaultLimits: GateLimits = {
  bodyBytes: 20 * 1024 * 1024,
  callsInFlight: 256,
  bytesInFlight: 128 * 1024 * 1024,
};
