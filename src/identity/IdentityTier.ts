import type { JsonObject } from "../protocol/Json.ts";
import type { Log } from "../telemetry/Log.ts";
import type { RefusalReason, TierName, TierResult } from "./Identity.ts";

/** The part of a call that proves who calls. */
export interface IdentityCall {
  readonly purpose: "validate" | "mutate" | "convert";
  /** As the API server called it: https, without the query. */
  readonly url: string;
  /** The token of a capability path; undefined where there is none. */
  readonly token: string | undefined;
  /** The header Authorization. */
  readonly authorization: string | null;
  /** The certificate of the connection; undefined when none was presented. */
  readonly certificate: () => PresentedCertificate | undefined | Promise<PresentedCertificate | undefined>;
  /**
   * Whether the host in `url` is one of the gate. Where the caller can write any host, a token for another server would have
   * the right audience. Tiers that check an audience refuse the call with `wrong-audience` otherwise.
   */
  readonly isHostKnown: boolean;
  /** Whether only a credential is accepted that was verified before. Any other one counts as absent, and costs nothing. */
  readonly isKnownOnly: boolean;
  /**
   * Keeps the runtime at work until a promise settles that outlives the call, such as a refresh of keys: `waitUntil` of
   * Workers. Undefined where the runtime needs no such call.
   */
  readonly background?: ((work: Promise<void>) => void) | undefined;
}

/** A client certificate, as a host has it. */
export type PresentedCertificate =
  /** A CA that the host trusts vouches for it, and it is not revoked as far as the host knows. */
  | { readonly ok: true; readonly certificate: ClientCertificate }
  | { readonly ok: false; readonly reason: RefusalReason };

/** The parts of a certificate that identify a caller. */
export interface ClientCertificate {
  /** SHA-256 of the DER, in lower-case hex. */
  readonly fingerprint: string;
  /** RFC 4514. */
  readonly subject: string;
  /** In milliseconds since 1970. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** What a tier gets from the gate that it identifies callers for. */
export interface IdentityHost {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  readonly fetch: typeof fetch;
  /** Variables of the runtime: `POSTERN_CAPABILITY_KEYS`. */
  readonly env: Readonly<Record<string, unknown>>;
  /** Whether the gate renders a registration of this kind and name. */
  readonly hasRegistration: (kind: "validating" | "mutating", name: string) => boolean;
  /** Whether the runtime reads client certificates. Default: it does. */
  readonly readsCertificates?: boolean;
}

/** One way to prove who calls. A gate lists those that its clusters use, so that a bundle has no other. */
export interface IdentityTier {
  readonly name: Exclude<TierName, "none">;
  /** Checks the settings of a cluster. Throws {@link IdentitySettingsError}. */
  check(settings: JsonObject): void;
  /** Called once for each process or isolate. Throws {@link IdentitySettingsError} for variables that cannot be used. */
  start(host: IdentityHost): StartedTier;
}

/** A tier of a running gate. Keys and caches are shared by all clusters. */
export interface StartedTier {
  /**
   * Throws {@link IdentitySettingsError} for the name of a cluster that the tier cannot serve. Called at the start for each cluster of a
   * table, so it costs little. Default: it serves any.
   */
  checkName?(cluster: string): void;
  /** The tier of one cluster. Throws {@link IdentitySettingsError}. Keys are imported or fetched at the first call. */
  forCluster(cluster: string, settings: JsonObject): ClusterTier;
}

/** A tier with the settings of one cluster. */
export interface ClusterTier {
  /** Never rejects. Synchronous where nothing is awaited, such as for a credential that was verified before. */
  identify(call: IdentityCall): TierResult | Promise<TierResult>;
  /** Issues a capability. Only the tier `capability` has it. */
  readonly issue?: (request: CapabilityRequest) => Promise<IssuedCapability | RefusalReason>;
}

/** A call of `/token/CLUSTER`. */
export interface CapabilityRequest {
  readonly authorization: string | null;
  /** `https://HOST[/BASE]/token`. */
  readonly audience: string;
  /** See `IdentityCall.background`. */
  readonly background?: IdentityCall["background"];
  /** Called once the token is verified, before a capability is signed. With what it throws, nothing is issued. */
  readonly beforeIssue?: (() => Promise<void>) | undefined;
}

/** A capability, as `/token/CLUSTER` answers it. Times are seconds since 1970. */
export interface IssuedCapability {
  readonly token: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** When the sync is to fetch the next one: at half of its life. */
  readonly renewAt: number;
}
