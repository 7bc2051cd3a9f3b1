import { writeJson } from "../json/writeJson.ts";
import type { PatchOperation } from "../patch/PatchOperation.ts";
import { fitWarnings } from "./fitWarnings.ts";
import type { ReviewVersion } from "./Review.ts";
import type { Verdict } from "./Verdict.ts";

/** The wire form of an answer: an `admission.k8s.io` AdmissionReview with only `response`. */
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
 * Encodes a verdict in the version and with the uid of its request. `patch` and `patchType` are set together, and never
 * on a denial (the API server verifies this for v1 `AdmissionResponse`). Warnings are held to the API server's limits.
 */
export function encodeAdmissionReview(
  request: { version: ReviewVersion; uid: string },
  verdict: Verdict,
): AdmissionReviewAnswer {
  const warnings = fitWarnings(verdict.warnings);
  const isPatched = verdict.allowed && verdict.patch.length > 0;
  return {
    apiVersion: `admission.k8s.io/${request.version}`,
    kind: "AdmissionReview",
    response: {
      uid: request.uid,
      allowed: verdict.allowed,
      ...(verdict.allowed
        ? {}
        : { status: { status: "Failure", message: verdict.message, reason: verdict.reason, code: verdict.code } }),
      ...(isPatched ? { patch: encodePatch(verdict.patch), patchType: "JSONPatch" } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(Object.keys(verdict.auditAnnotations).length > 0 ? { auditAnnotations: verdict.auditAnnotations } : {}),
    },
  };
}

/** `String.fromCharCode` takes its arguments on the stack. This number is safe on every runtime. */
const CHUNK_BYTES = 8192;

/** Encodes a patch for `AdmissionResponse.patch`: base64 (RFC 4648, section 4) of its JSON in UTF-8. */
export function encodePatch(patch: readonly PatchOperation[]): string {
  const bytes = new TextEncoder().encode(writeJson(patch));
  let binary = "";
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES)
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK_BYTES));
  return btoa(binary);
}
