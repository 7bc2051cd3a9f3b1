import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { parseExact } from "../../protocol/json/parseExact.ts";
import { decodeAdmissionReview } from "../../protocol/review/decodeAdmissionReview.ts";
import { encodeAdmissionReview } from "../../protocol/review/encodeAdmissionReview.ts";
import { denied } from "../../protocol/review/Verdict.ts";
import { writeAdmissionReview } from "../../protocol/review/writeAdmissionReview.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import type { Body } from "../http/KeptBody.ts";
import type { AdmissionCall } from "./Call.ts";
import { decodeBody } from "./decodeBody.ts";
import { judgeReview } from "./judgeReview.ts";
import { lastResponse, oversizedMessage, peekOversized, reviewResponse } from "./reviewResponse.ts";

/**
 * Answers an AdmissionReview with the verdict on it. An oversized review is denied, because an HTTP error would allow it
 * where failurePolicy is Ignore. Throws {@link GateError} for a body that is not such a review.
 */
export async function answerAdmission(
  runtime: GateRuntime,
  call: AdmissionCall,
  settings: ClusterSettings,
  body: Body,
): Promise<Response> {
  if (!body.whole) {
    const message = oversizedMessage(body.over, runtime.limits);
    const peeked = peekOversized(body.beginning, "AdmissionReview", message);
    return lastResponse(encodeAdmissionReview(peeked, denied(message, 413, "RequestEntityTooLarge")));
  }
  // Validators write nothing back, and get numbers that they can calculate with.
  const parse = call.purpose === "mutate" ? parseExact : JSON.parse;
  const review = decodeBody(body.text, parse, decodeAdmissionReview, `/${call.purpose} takes AdmissionReviews`);
  call.uid = review.uid;
  const { now, onVerdict, certificateSerial } = runtime.deps;
  const startedAt = onVerdict === undefined ? 0 : now();
  const verdict = await judgeReview(runtime, review, call, settings);
  const logged = onVerdict?.({
    cluster: settings.cluster,
    purpose: call.purpose,
    entry: call.entry,
    review,
    verdict,
    milliseconds: now() - startedAt,
    certificateSerial: certificateSerial?.(),
  });
  if (logged !== undefined) await logged;
  return reviewResponse(writeAdmissionReview(review, verdict), runtime.deps);
}
