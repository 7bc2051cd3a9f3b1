/** Why there is no proof, or why one does not hold. */
export type ProofErrorCode =
  /** The text is not a proof. */
  | "no-proof"
  /** The signature of the batch does not match, or its key is not trusted. */
  | "wrong-signature"
  /** The record and the path do not lead to the signed root. */
  | "wrong-root"
  /** The record is not of the known form, or is not of the cluster or at the place that the batch says. */
  | "wrong-record"
  /** The records of the batch are not those that were signed. `records verify` names what was changed. */
  | "changed-batch";

/** A proof that cannot be made, or does not hold. */
export class ProofError extends Error {
  readonly code: ProofErrorCode;

  constructor(code: ProofErrorCode, message: string) {
    super(message);
    this.name = "ProofError";
    this.code = code;
  }
}
