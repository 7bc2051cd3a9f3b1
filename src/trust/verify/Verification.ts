import type { Certificate } from "../x509/Certificate.ts";

/** Leaf first, anchor last; one certificate alone where the leaf is itself an anchor. */
export type Chain = readonly Certificate[];

/** Why a certificate, or a way to an anchor, is refused. Part of the API: callers match on these. */
export type VerificationCode =
  | "no-certificate"
  | "no-anchors"
  | "no-host"
  | "expired"
  | "not-yet-valid"
  | "unknown-critical-extension"
  | "wrong-host"
  | "unknown-authority"
  | "not-a-ca"
  | "path-too-long"
  | "weak-signature"
  | "unsupported-signature"
  | "bad-signature"
  | "name-not-allowed"
  | "wrong-usage"
  | "needs-policies"
  | "key-not-usable"
  | "too-much-work";

/** A reason with words for people. */
export interface Refusal {
  readonly code: VerificationCode;
  readonly message: string;
}

/** Whether the API server would accept what a server served, given a bundle. */
export type Verification =
  | {
      readonly ok: true;
      /** Every way to an anchor that was found. At least one. */
      readonly chains: readonly Chain[];
      /** When the chain that lasts longest stops being valid: the earliest end along it. */
      readonly notAfter: Date;
      /** Where that chain ends. */
      readonly anchor: Certificate;
    }
  | ({ readonly ok: false } & Refusal);
