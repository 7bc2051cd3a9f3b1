/** Why a decision is not on record, or a store cannot be used. */
export type RecordErrorCode =
  /** A store did not confirm the record. Try again. */
  | "store-unavailable"
  /** Too many decisions wait for the store. Try again. */
  | "queue-full"
  /** The record was not durable before the deadline of its call. It may be written later. */
  | "too-late"
  /** Another process has the store open. */
  | "store-in-use"
  /** The store holds something that this writer did not write. It writes nothing more until somebody has looked. */
  | "store-conflict"
  /** A setting of the records cannot be used. */
  | "wrong-setting";

/** A failure of the records. `message` never has a secret or a part of a reviewed object. */
export class RecordError extends Error {
  readonly code: RecordErrorCode;

  constructor(code: RecordErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "RecordError";
    this.code = code;
  }
}
