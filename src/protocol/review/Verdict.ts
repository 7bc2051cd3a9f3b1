import type { PatchOperation } from "../patch/PatchOperation.ts";

/** Parts that every verdict carries. */
interface VerdictNotes {
  /** Complete lines, each starting with the policy's name; see {@link fitWarnings} for the API server's limits. */
  readonly warnings: readonly string[];
  /** The API server puts the webhook's name in front of each key (`AdmissionResponse.auditAnnotations`). */
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** The request may go on; `patch` is empty when nothing changed, and always empty on `/validate`. */
export interface AllowedVerdict extends VerdictNotes {
  readonly allowed: true;
  readonly patch: readonly PatchOperation[];
}

/** The request is refused. `code` becomes the HTTP status of the API server's client (400 to 599). */
export interface DeniedVerdict extends VerdictNotes {
  readonly allowed: false;
  readonly message: string;
  readonly code: number;
  /** A `metav1.StatusReason`, such as `Forbidden` or `Invalid`. */
  readonly reason: string;
}

/** What the gate answers to a review. A value, never thrown. */
export type Verdict = AllowedVerdict | DeniedVerdict;

/** A denial with nothing beside it. The default code and reason are the API server's own for a refused admission. */
export function denied(message: string, code = 403, reason = "Forbidden"): DeniedVerdict {
  return { allowed: false, message, code, reason, warnings: [], auditAnnotations: {} };
}
