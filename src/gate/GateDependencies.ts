import type { JWK } from "jose";
import type { Review } from "../protocol/review/Review.ts";
import type { Verdict } from "../protocol/review/Verdict.ts";
import type { Counters } from "../telemetry/Counters.ts";
import type { Log } from "../telemetry/Log.ts";

/** Limits of a gate. */
export interface GateLimits {
  /** The longest body that is judged. */
  readonly bodyBytes: number;
  /** Calls in progress at one time. A further call gets 503. */
  readonly callsInFlight: number;
  /** Bodies of all calls in progress together. Parsed JSON takes several times the size of its text. */
  readonly bytesInFlight: number;
}

/** A review and the verdict on it. */
export interface JudgedReview {
  readonly cluster: string;
  readonly purpose: "validate" | "mutate";
  /** As the call names it; undefined for a call of all policies. */
  readonly entry: string | undefined;
  readonly review: Review;
  readonly verdict: Verdict;
  /** From the decoded review to the verdict, by the gate's clock. */
  readonly milliseconds: number;
  /** Serial of the serving certificate, where it is known: lower-case hex without leading zeros. */
  readonly certificateSerial?: string | undefined;
}

/** A serving certificate, as `/readyz` shows it to any caller. */
export interface CertificateStatus {
  /** Whether it has not expired. */
  readonly isReady: boolean;
  readonly serial: string;
  /** ISO 8601. */
  readonly notAfter: string;
  /** Which of two certificates serves. */
  readonly slot: string;
  /** Faults of the files that it is read from, by code. Their messages are in the log. */
  readonly faults: readonly { readonly slot: string; readonly code: string }[];
}

/** Dependencies of a gate, given by the runtime that it runs on. */
export interface GateDependencies {
  /** The clock: milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  readonly limits?: Partial<GateLimits>;
  /** A private Ed25519 key (RFC 8037) that signs self-test statements. Without it statements are unsigned. */
  readonly signingKey?: JWK;
  /**
   * Reads the announcement as `postern announce` published it; undefined when there is none. Called for each request,
   * so that a new announcement is served without a restart.
   */
  readonly announcement?: () => Promise<string | undefined>;
  readonly counters?: Counters;
  /**
   * Status and headers of each answered review, in the form that costs the runtime least. They say 200 and
   * `content-type: application/json`. Default: a plain object.
   */
  readonly answerInit?: ResponseInit;
  /** Whether the process is about to stop. `/readyz` then answers 503. */
  readonly isDraining?: () => boolean;
  /** The certificate that the process itself serves. `/readyz` answers 503 while it is not ready. */
  readonly certificateStatus?: () => CertificateStatus;
  /** The serial of the certificate that serves now, for {@link JudgedReview}; undefined when it is not known. */
  readonly certificateSerial?: () => string | undefined;
  /**
   * Freezes the reviews that policies see, so that a policy that changes one throws. A policy that makes findings and
   * returns nothing fails as well; without this option that is a line in the log. For development and tests: it costs half
   * as much time as parsing the review.
   */
  readonly freezeReviews?: boolean;
  /** Called after each verdict, before it is sent. A promise is awaited. It must not throw or reject. */
  readonly onVerdict?: (judged: JudgedReview) => void | Promise<void>;
}

/**
 * A stored object has at most about 2 MiB, and a review holds two of them. The API server escapes `<`, `>` and `&`
 * six-fold. So 20 MiB is enough for all realistic reviews. Runtimes with less memory pass lower limits.
 */
export const defaultLimits: GateLimits = {
  bodyBytes: 20 * 1024 * 1024,
  callsInFlight: 256,
  bytesInFlight: 128 * 1024 * 1024,
};
