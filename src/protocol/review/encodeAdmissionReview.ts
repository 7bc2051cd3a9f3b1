import { encodePatch } from "./encodePatch.ts";
import { fitWarnings } from "./fitWarnings.ts";
import type { ReviewVersion } from "./Review.ts";
import type { Verdict } from "./Verdict.ts";

/** The wire form of an answer (`admission.k8s.io` AdmissionReview with only `response`). */
export interface AdmissionReviewAnswer {
  readonly apiVersion: `admission.k8s.io/${ReviewVersion}`;
  readonly kind: "AdmissionReview";
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly status?: { status: "Failure"; message: string; reason: string; code: number };
    readonly patch?: string;
    readonly patchType?: "JSONPatch";
    readonly warnings?: readonly string[];
    readonly auditAnnotations?: Readonly<Record<string, string>>;
  };
}

/**
 * Writes a verdict in the version that asked, with its uid. `patch` and `patchType` come together or not at all, and
 * never on a denial (`AdmissionResponse`, v1 verifies this); warnings are fitted to the API server's limits.
 */
export function encodeAdmissionReview(
  asked: { version: ReviewVersion; uid: string },
  verdict: Verdict,
): AdmissionReviewAnswer {
  const warnings = fitWarnings(verdict.warnings);
  const patched = verdict.allowed && verdict.patch.length > 0;
  return {
    apiVersion: `admission.k8s.io/${asked.version}`,
    kind: "AdmissionReview",
    response: {
      uid: asked.uid,
      allowed: verdict.allowed,
      ...(verdict.allowed
        ? {}
        : { status: { status: "Failure", message: verdict.message, reason: verdict.reason, code: verdict.code } }),
      ...(patched ? { patch: encodePatch(verdict.patch), patchType: "JSONPatch" } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(Object.keys(verdict.auditAnnotations).length > 0 ? { auditAnnotations: verdict.auditAnnotations } : {}),
    },
  };
}
