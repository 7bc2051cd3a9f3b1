import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { freezeReview } from "../../policy/run/freezeReview.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { denied, type Verdict } from "../../protocol/review/Verdict.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import type { AdmissionCall } from "./Call.ts";
import { selfTestMessage, selfTestNonce } from "./selfTest.ts";

/**
 * The verdict on a decoded review. A self-test is always denied, whatever the modes, with the statement as its message.
 * The policies of the call's entry judge every other review.
 */
export async function judgeReview(
  runtime: GateRuntime,
  review: Review,
  { purpose, entry, url, deadline }: Pick<AdmissionCall, "purpose" | "entry" | "url" | "deadline">,
  settings: ClusterSettings,
): Promise<Verdict> {
  const { log, freezeReviews } = runtime.deps;
  if (selfTestNonce(review) !== undefined) return denied(await selfTestMessage(runtime, review.object, url, settings));
  if (freezeReviews === true) freezeReview(review);
  return runtime.engineFor(entry)[purpose]({ review, settings, deadline, log });
}
