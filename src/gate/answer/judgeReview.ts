import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { freezeReview } from "../../policy/run/freezeReview.ts";
import type { PolicyRun } from "../../policy/run/runPolicy.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { denied, type Verdict } from "../../protocol/review/Verdict.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import type { AdmissionCall } from "./Call.ts";
import { selfTestMessage, selfTestNonce } from "./selfTest.ts";

/** What a verdict needs of a call. */
export interface JudgedCall extends Pick<AdmissionCall, "purpose" | "entry" | "part" | "url" | "deadline"> {
  /** See {@link PolicyRun.isOldGuessed}. Default: false. */
  readonly isOldGuessed?: boolean;
}

/**
 * The verdict on a decoded review. A self-test is always denied, whatever the modes, with the statement as its message.
 * The policies of the call's entry judge every other review.
 */
export async function judgeReview(
  runtime: GateRuntime,
  review: Review,
  { purpose, entry, part, url, deadline, isOldGuessed = false }: JudgedCall,
  settings: ClusterSettings,
): Promise<Verdict> {
  const { log, freezeReviews: isStrict = false } = runtime.deps;
  if (selfTestNonce(review) !== undefined) return denied(await selfTestMessage(runtime, review.object, url, settings));
  if (isStrict) freezeReview(review);
  return runtime.engineFor(entry, part)[purpose]({ review, settings, deadline, log, isStrict, isOldGuessed });
}
