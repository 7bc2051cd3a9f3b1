import type { PatchOperation } from "../patch/PatchOperation.ts";

/**
 * The effect of one finding of a policy:
 *
 * | effect | the finding | the client sees |
 * |---|---|---|
 * | `deny` | a denial in mode `enforce` | the denial |
 * | `existing` | a denial in mode `enforce` of what the object had before the request | a warning |
 * | `excepted` | a denial that an exception permits, in any mode | nothing, and a warning in the last 14 days of the exception |
 * | `warn` | a warning, or a denial in mode `warn` | a warning |
 * | `would-deny`, `would-warn` | a denial or a warning in mode `audit` | nothing |
 * | `would-patch` | the change of a mutator that is not in mode `enforce` | a warning in mode `warn` |
 */
export type FindingEffect = "deny" | "existing" | "excepted" | "warn" | "would-deny" | "would-warn" | "would-patch";

/** One finding of a policy with its effect. `at` is the path in the object that it is about. */
export interface PolicyFinding {
  readonly effect: FindingEffect;
  readonly message: string;
  readonly at?: string;
}

/** What one policy said about a review. */
export interface PolicyVerdict {
  readonly policy: string;
  /** Where the policy has one. */
  readonly version?: string;
  readonly mode: "enforce" | "warn" | "audit";
  /**
   * `failed`: the policy threw, or returned something else than findings. `other-version`: it did not run, because the
   * review is in a version that it does not judge.
   */
  readonly result: "judged" | "failed" | "missed-deadline" | "other-version";
  /** The exception that permits one of the findings, in one line. */
  readonly exception?: string;
  /** `ending`: it ends within 14 days. */
  readonly exceptionState?: "valid" | "ending";
  /** Empty when the policy has nothing to report. */
  readonly findings: readonly PolicyFinding[];
}

/** The common part of all verdicts. */
interface VerdictNotes {
  /** All policies that were asked, in the order of the gate. Empty when no policy matches the review. */
  readonly policies: readonly PolicyVerdict[];
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
  /** One line for each denial: `POLICY: MESSAGE`. */
  readonly message: string;
  readonly code: number;
  /** A `metav1.StatusReason`, such as `Forbidden` or `Invalid`. */
  readonly reason: string;
}

/** The gate's answer to a review. A value, never thrown. */
export type Verdict = AllowedVerdict | DeniedVerdict;

/** A denial that is not from a policy, without warnings or annotations. The default code and reason are those of the API server for a denied admission. */
export function denied(message: string, code = 403, reason = "Forbidden"): DeniedVerdict {
  return { allowed: false, message, code, reason, policies: [], warnings: [], auditAnnotations: {} };
}
