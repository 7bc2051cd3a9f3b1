import type { JWK } from "jose";
import type { Identity } from "../identity/Identity.ts";
import type { PresentedCertificate } from "../identity/IdentityTier.ts";
import type { Review } from "../protocol/review/Review.ts";
import type { Verdict } from "../protocol/review/Verdict.ts";
import type { Recorder } from "../records/writer/Recorder.ts";
import type { Counters } from "../telemetry/Counters.ts";
import type { AsyncContext } from "../telemetry/context/AsyncContext.ts";
import type { ClientAddresses } from "../telemetry/context/ClientAddresses.ts";
import type { Log } from "../telemetry/Log.ts";
import type { GateMetrics } from "../telemetry/metrics/GateMetrics.ts";
import type { Attributes, Tracer } from "../telemetry/trace/Span.ts";
import type { TraceHeaders } from "../telemetry/trace/traceHeaders.ts";
import type { CallRates } from "./caller/CallRates.ts";
import type { GateLimits } from "./GateLimits.ts";
import type { ReadChunks } from "./http/readChunks.ts";

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
  /** The log of the call: each line has the cluster and the ids of its trace. */
  readonly log?: Log | undefined;
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

/** A call with a large body, see {@link GateDependencies.judgeApart}. */
export interface LargeCall {
  /** As the API server called it, without the query. */
  readonly url: string;
  /** The bytes in order. They are handed over. */
  readonly body: readonly Uint8Array[];
  readonly bytes: number;
  /** Until the call has to be answered. */
  readonly remainingMs: number;
  /** The span of the call, as headers of W3C Trace Context. What judges the call joins its trace. */
  readonly trace?: TraceHeaders | undefined;
  /** Who calls. What judges the call apart does not identify it again. */
  readonly identity: Identity;
}

/** See {@link GateDependencies.judgeApart}. */
export type ApartAnswer = Response | "too-costly" | "unavailable";

/** Dependencies of a gate, given by the runtime that it runs on. */
export interface GateDependencies {
  /** The clock: milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** Default: those for 2 GiB of memory. */
  readonly limits?: Partial<GateLimits>;
  /** Reads the body of a request. Default: by the request itself, which is right where the runtime joins small chunks. */
  readonly readChunks?: ReadChunks;
  /**
   * The path of the gate's URL, such as `/hooks` for `https://HOST/hooks`; see `protocol/gateUrl.ts`. Paths are served with
   * it and, for a proxy that removes it, without it. No other prefix is served. Default: none.
   */
  readonly basePath?: string | undefined;
  /**
   * The URL that was called, where the request of the runtime has another one. Self-tests state it. Default: the URL of the
   * request with `basePath`.
   */
  readonly calledUrl?: (request: Request) => string | undefined;
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
  /**
   * Answers a call with a large body outside of the process's main thread, where parsing it would hold up all other calls.
   * Resolves to `too-costly` when that takes more memory than one call may take, and to `unavailable` when it is not possible;
   * the body is then still there. Rejects with {@link GateError} `overloaded` when there is no room or the time is over.
   * Default: large reviews are judged one after the other, with pauses.
   */
  readonly judgeApart?: (call: LargeCall) => Promise<ApartAnswer>;
  /** Whether all calls are large ones of another gate, see {@link GateDependencies.judgeApart}. They need no pauses. */
  readonly isApart?: boolean;
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
  /** The version of this deployment, for decision records. */
  readonly gateVersion?: string | undefined;
  /**
   * Takes decision records. Without it nothing is recorded, and a cluster with the profile `compliance` gets the error
   * `not-recorded`.
   */
  readonly records?: Recorder | undefined;
  /** Records spans. Default: nothing is recorded, and log lines have ids of their own. */
  readonly tracer?: Tracer | undefined;
  /** What the runtime knows of the call of a request, for its span, such as `faas.invocation_id`. */
  readonly callAttributes?: (request: Request) => Attributes | undefined;
  /** Names the client on lines of refused calls and on sampled spans, without its address. Default: nothing names it. */
  readonly clients?: ClientAddresses | undefined;
  /** Default: nothing is measured. */
  readonly metrics?: GateMetrics | undefined;
  /** Carries the facts of a call to log lines that are written without it. Default: those lines lack them. */
  readonly asyncContext?: AsyncContext | undefined;
  /** The `service` of log lines. Default: the name of the gate. */
  readonly service?: string | undefined;
  /** The client certificate of the connection of a request; undefined when none was presented. Default: none is. */
  readonly clientCertificate?:
    | ((request: Request) => PresentedCertificate | undefined | Promise<PresentedCertificate | undefined>)
    | undefined;
  /**
   * Whether the host that a request names is one of the gate. Tokens are for one URL, so a host that any caller can write
   * must be known. Default: the runtime serves no other host.
   */
  readonly hasHost?: (request: Request) => boolean;
  /** The identity of a call that another gate has identified, see {@link GateDependencies.judgeApart}. Only with `isApart`. */
  readonly identified?: (request: Request) => Identity | undefined;
  /** Variables for the tiers of the gate, such as `POSTERN_CAPABILITY_KEYS`. Default: none. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Keeps the runtime at work for a call until a promise settles, also after its answer: `waitUntil`. Default: it needs no such call. */
  readonly background?: ((request: Request, work: Promise<void>) => void) | undefined;
  /** Fetches the keys of issuers. Default: the runtime's. */
  readonly fetch?: typeof fetch;
  /** Limits the calls of a cluster, and the refused calls of an address. Default: no limit. */
  readonly rates?: CallRates | undefined;
  /** Called after each verdict, before it is sent. A promise is awaited. It must not throw or reject. */
  readonly onVerdict?: (judged: JudgedReview) => void | Promise<void>;
}
