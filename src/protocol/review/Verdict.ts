import type { PatchOperation } from "../patch/PatchOperation.ts";

/** The common part of all verdicts. */
interface VerdictNotes {
  /** Complete lines that start with the policy's name. `fitWarnings` holds them to the API server's limits. */
  readonly warnings: readonly string[];
  /** The API server prefixes each key with the webhook's name (`AdmissionResponse.auditAnnotations`). */
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** The request is allowed. `patch` is empty when nothing changed, and always empty on `/validate`. */
export interface AllowedVerdict extends VerdictNotes {
  readonly allowed: true;
  readonly patch: readonly PatchOperation[];
}

/** The request is denied. `code` becomes the HTTP status for the client of the API server (400 to 599). */
export interface DeniedVerdict extends VerdictNotes {
  readonly allowed: false;
  readonly message: string;
  readonly code: number;
  /** A `metav1.StatusReason`, such as `Forbidden` or `Invalid`. */
  readonly reason: string;
}

/** The gate's answer to a review. A value, never thrown. */
export type Verdict = AllowedVerdict | DeniedVerdict;

/** A denial without warnings or annotations. The default code and reason are those of the API server for a denied admission. */
export function denied(message: string, code = 403, reason = "Forbidden"): DeniedVerdict {
  return { allowed: false, message, code, reason, warnings: [], auditAnnotations: {} };
}
