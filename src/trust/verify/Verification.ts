import type { Certificate } from "../x509/Certificate.ts";

/** A chain from a leaf to an anchor, in this order. A single certificate when the leaf itself is an anchor. */
export type Chain = readonly Certificate[];

/** Why a chain does not verify. Part of the API: callers match on these. */
export type VerificationCode =
  /** The endpoint served no certificate. */
  | "no-certificate"
  /** The trust bundle has no certificate. */
  | "no-anchors"
  /** No host was given to verify the certificate for. */
  | "no-host"
  /** A certificate in the chain has expired. */
  | "expired"
  /** A certificate in the chain is not valid yet. */
  | "not-yet-valid"
  /** A certificate has a critical extension that Go does not process. */
  | "unknown-critical-extension"
  /** The serving certificate has no alternative name for the host. The common name does not count. */
  | "wrong-host"
  /** No certificate in the trust bundle signed the chain. */
  | "unknown-authority"
  /** A certificate that signed another one is not a CA, or its key usage does not allow signing certificates. */
  | "not-a-ca"
  /** The chain has more intermediates than a CA's path length allows. */
  | "path-too-long"
  /** A signature uses SHA-1 or MD5. */
  | "weak-signature"
  /** A signature uses an algorithm that Go does not support. */
  | "unsupported-signature"
  /** A signature does not match the key of the issuer. */
  | "bad-signature"
  /** A name in the chain is outside the name constraints of a CA above it. */
  | "name-not-allowed"
  /** A certificate in the chain has extended key usages without server authentication. */
  | "wrong-usage"
  /** An intermediate requires a check of certificate policies, which is not implemented. Go may accept this chain. */
  | "needs-policies"
  /** A key has a kind or size that Go does not accept: RSA below 1024 or above 8192 bits, for example. */
  | "key-not-usable"
  /** Verification was stopped at the limit of candidates or comparisons. */
  | "too-much-work";

/** Why a chain, or a part of it, does not verify. `message` is for people. */
export interface ChainFault {
  readonly code: VerificationCode;
  readonly message: string;
}

/** Whether the API server would accept a served chain with a trust bundle. */
export type Verification =
  | {
      readonly ok: true;
      /** Every chain to an anchor. At least one. */
      readonly chains: readonly Chain[];
      /** The chain that stays valid longest. A client that prefers another one changes to it when that one ends. */
      readonly path: Chain;
      /** When it stops being valid: the earliest notAfter in it. */
      readonly notAfter: Date;
      /** The anchor of that chain. */
      readonly anchor: Certificate;
    }
  | ({ readonly ok: false } & ChainFault);
