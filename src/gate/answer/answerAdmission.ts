import type { Identity } from "../../identity/Identity.ts";
import { parseExact } from "../../protocol/json/parseExact.ts";
import { decodeAdmissionReview } from "../../protocol/review/decodeAdmissionReview.ts";
import { encodeAdmissionReview } from "../../protocol/review/encodeAdmissionReview.ts";
import { denied } from "../../protocol/review/Verdict.ts";
import { writeAdmissionReview } from "../../protocol/review/writeAdmissionReview.ts";
import type { GateClusterSettings } from "../config/GateClusterSettings.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import type { Body } from "../http/KeptBody.ts";
import type { AdmissionCall } from "./Call.ts";
import { decodeBody } from "./decodeBody.ts";
import { judgeReview } from "./judgeReview.ts";
import { recordDecision } from "./recordDecision.ts";
import { lastResponse, oversizedMessage, peekOversized, reviewResponse } from "./reviewResponse.ts";
import { reportVerdict } from "./telemetry/reportVerdict.ts";

/**
 * Answers an AdmissionReview with the verdict on it. An oversized review is denied, because an HTTP error would allow it
 * where failurePolicy is Ignore. Throws {@link GateError} for a body that is not such a review.
 */
export async function answerAdmission(
  runtime: GateRuntime,
  call: AdmissionCall,
  settings: GateClusterSettings,
  body: Body,
): Promise<Response> {
  if (!body.whole) {
    const message = oversizedMessage(body.over, runtime.limits);
    const peeked = peekOversized(body.beginning, "AdmissionReview", message);
    call.uid = peeked.uid;
    const verdict = await recordDecision(runtime, call, settings, {
      review: peeked,
      verdict: denied(message, 413, "RequestEntityTooLarge"),
      body: body.beginning,
      milliseconds: 0,
    });
    return lastResponse(encodeAdmissionReview(peeked, verdict));
  }
  // Validators write nothing back, and get numbers that they can calculate with.
  const parse = call.purpose === "mutate" ? parseExact : JSON.parse;
  const review = decodeBody(body.text, parse, decodeAdmissionReview, `/${call.purpose} takes AdmissionReviews`);
  call.uid = review.uid;
  if (!isOfGroup(call.identity, review.resource.group)) throw runtime.tiers.refusal("wrong-registration");
  const { now, onVerdict, certificateSerial } = runtime.deps;
  const startedAt = now();
  const verdict = await judgeReview(runtime, review, call, settings);
  const milliseconds = now() - startedAt;
  reportVerdict(call, review, verdict, runtime);
  const logged = onVerdict?.({
    cluster: settings.cluster,
    purpose: call.purpose,
    entry: runtime.namedEntry(call.entry),
    review,
    verdict,
    milliseconds,
    certificateSerial: certificateSerial?.(),
    log: call.log,
  });
  if (logged !== undefined) await logged;
  const sent = recordDecision(runtime, call, settings, { review, verdict, body: body.text, milliseconds });
  return reviewResponse(writeAdmissionReview(review, sent instanceof Promise ? await sent : sent), runtime.deps);
}

/** A token of KEP-6060 attests the API group of the reviews that it is for. `*` is any group. */
function isOfGroup(identity: Identity | undefined, group: string): boolean {
  const attested = identity?.reviewGroup;
  return attested === undefined || attested === "*" || attested === group;
}
