/** How a caller proves that it is from a cluster. `none` proves nothing. */
export type TierName = "client-certificate" | "jwt" | "capability" | "none";

/** Who calls, as far as it is proven. */
export interface Identity {
  readonly tier: TierName;
  /** The subject of the certificate or token, or the `jti` of the capability. Never a credential. */
  readonly subject?: string | undefined;
  /** Only for a capability that has expired and is honoured for now: when its grace ends, in milliseconds since 1970. */
  readonly graceEndsMs?: number | undefined;
  /** Only for a token that is bound to a registration: the API group that its reviews have to be of; `*` for all (KEP-6060). */
  readonly reviewGroup?: string | undefined;
}

/** Why a credential is refused. For the log and metrics: a caller does not see it. */
export type RefusalReason =
  /** The call has no credential of any tier of the cluster. */
  | "no-credential"
  /** The credential is longer than any of its kind. */
  | "too-long"
  /** It is not a credential of its kind. */
  | "malformed"
  /** An algorithm, type or header parameter that is not accepted. */
  | "wrong-algorithm"
  /** No key of the cluster or the gate has its `kid`, or the key had stopped signing when it was issued. */
  | "unknown-key"
  /** Its signature is not of the key. */
  | "bad-signature"
  /** Its end has passed; for a capability, also its grace. */
  | "expired"
  /** Its beginning is in the future. */
  | "not-yet-valid"
  /** It is for another URL, or the host of the call is not one of the gate. */
  | "wrong-audience"
  /** It is of another issuer. */
  | "wrong-issuer"
  /** Its subject is not one of the settings. */
  | "wrong-subject"
  /** It belongs to another cluster. */
  | "wrong-cluster"
  /** It is bound to another registration than those of the gate. */
  | "wrong-registration"
  /** It is on the denylist, or was issued before `notBefore`. */
  | "denied"
  /** A certificate that its CA does not vouch for, or not any more. */
  | "not-verified"
  /** A certificate that the cluster's settings do not name. */
  | "not-pinned"
  /** The keys of the issuer cannot be fetched, and none are known. The caller may try again. */
  | "keys-unavailable"
  /** The gate has no cluster of that name. */
  | "unknown-cluster"
  /** The cluster has no settings of this tier. */
  | "no-tier";

/** The result of one tier; `absent` when the call has no credential of it. */
export type TierResult =
  | { readonly outcome: "accepted"; readonly identity: Identity }
  | { readonly outcome: "refused"; readonly reason: RefusalReason }
  | { readonly outcome: "absent" };

/** A call without a credential of the tier. */
export const ABSENT: TierResult = { outcome: "absent" };

/** A refusal. */
export function refused(reason: RefusalReason): TierResult {
  return { outcome: "refused", reason };
}
