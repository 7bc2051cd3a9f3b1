import { writeJson } from "../json/writeJson.ts";
import { encodeAdmissionReview } from "./encodeAdmissionReview.ts";
import type { ReviewVersion } from "./Review.ts";
import type { Verdict } from "./Verdict.ts";

/**
 * The JSON of an answer: what {@link encodeAdmissionReview} encodes. Most verdicts allow and say nothing else, and their
 * text is written directly, at a fraction of the cost.
 */
export function writeAdmissionReview(request: { version: ReviewVersion; uid: string }, verdict: Verdict): string {
  if (!onlyAllows(verdict)) return writeJson(encodeAdmissionReview(request, verdict));
  const { version, uid } = request;
  return `{"apiVersion":"admission.k8s.io/${version}","kind":"AdmissionReview","response":{"uid":${JSON.stringify(uid)},"allowed":true}}`;
}

function onlyAllows(verdict: Verdict): boolean {
  if (!verdict.allowed || verdict.patch.length > 0 || verdict.warnings.length > 0) return false;
  return Object.keys(verdict.auditAnnotations).length === 0;
}
