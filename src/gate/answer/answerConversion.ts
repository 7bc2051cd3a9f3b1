import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { runConversion } from "../../policy/run/runConversion.ts";
import { parseExact } from "../../protocol/json/parseExact.ts";
import { writeJson } from "../../protocol/json/writeJson.ts";
import type { ConversionOutcome, ConversionReview } from "../../protocol/review/ConversionReview.ts";
import { decodeConversionReview } from "../../protocol/review/decodeConversionReview.ts";
import { encodeConversionReview } from "../../protocol/review/encodeConversionReview.ts";
import { GateError } from "../GateError.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import type { Body } from "../http/KeptBody.ts";
import type { ConversionCall } from "./Call.ts";
import { decodeBody } from "./decodeBody.ts";
import { lastResponse, oversizedMessage, peekOversized, reviewResponse } from "./reviewResponse.ts";
import { selfTestMessage, selfTestObject } from "./selfTest.ts";

/**
 * Answers a ConversionReview with its objects converted, or with the reason why not. Throws {@link GateError} for a body
 * that is not such a review.
 */
export async function answerConversion(
  runtime: GateRuntime,
  call: ConversionCall,
  settings: ClusterSettings,
  body: Body,
): Promise<Response> {
  if (!body.whole) {
    const message = oversizedMessage(body.over, runtime.limits);
    const peeked = peekOversized(body.beginning, "ConversionReview", message);
    const failure: ConversionOutcome = { converted: false, message };
    return lastResponse(encodeConversionReview(peeked, failure));
  }
  const review = decodeBody(body.text, parseExact, decodeConversionReview, "/convert takes ConversionReviews");
  call.uid = review.uid;
  const converting = call.span.child("convert");
  const outcome = await convertReview(runtime, review, call, settings);
  converting.end();
  const { cluster, purpose, entry } = call;
  const verdict = outcome.converted ? "converted" : "not-converted";
  runtime.deps.metrics?.review({ cluster, purpose, entry, verdict });
  return reviewResponse(writeJson(encodeConversionReview(review, outcome)), runtime.deps);
}

/**
 * The outcome of a decoded review. A self-test always fails, with the statement as its message, so that no object of its
 * kind is ever stored. Throws {@link GateError} `not-found` for another review at a path for self-tests.
 */
async function convertReview(
  runtime: GateRuntime,
  review: ConversionReview,
  { url, entry, log }: ConversionCall,
  settings: ClusterSettings,
): Promise<ConversionOutcome> {
  const object = selfTestObject(review);
  if (object !== undefined) return { converted: false, message: await selfTestMessage(runtime, object, url, settings) };
  if (entry !== undefined) throw new GateError("not-found", "this path converts only self-tests");
  return runConversion(review, runtime.conversions, log);
}
