import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { targetNamespace } from "../../policy/match/targetNamespace.ts";
import { freezeReview } from "../../policy/run/freezeReview.ts";
import type { PolicyRun } from "../../policy/run/runPolicy.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { denied, type Verdict } from "../../protocol/review/Verdict.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import type { AdmissionCall } from "./Call.ts";
import { selfTestMessage, selfTestNonce } from "./selfTest.ts";
import { observePolicies } from "./telemetry/observePolicies.ts";

/** What a verdict needs of a call. */
export interface JudgedCall
  extends Pick<AdmissionCall, "purpose" | "entry" | "part" | "url" | "deadline">,
    Partial<Pick<AdmissionCall, "span" | "log">> {
  /** See {@link PolicyRun.isOldGuessed}. Default: false. */
  readonly isOldGuessed?: boolean;
  /** The time that stages and exceptions are asked for, in milliseconds since 1970. Default: that of the gate's clock. */
  readonly judgedAt?: number | undefined;
}

/**
 * The verdict on a decoded review. A self-test is always denied, whatever the modes, with the statement as its message.
 * The policies of the call's entry judge every other review.
 */
export async function judgeReview(
  runtime: GateRuntime,
  review: Review,
  { purpose, entry, part, url, deadline, span, log, isOldGuessed = false, judgedAt }: JudgedCall,
  clusterSettings: ClusterSettings,
): Promise<Verdict> {
  const { deps } = runtime;
  const { freezeReviews: isStrict = false } = deps;
  if (selfTestNonce(review) !== undefined)
    return denied(await selfTestMessage(runtime, review.object, url, clusterSettings));
  if (isStrict) freezeReview(review);
  const settings = clusterSettings.at?.(targetNamespace(review), judgedAt ?? deps.now()) ?? clusterSettings;
  const judging = span?.child(purpose);
  const observer = observePolicies(judging, deps);
  const run = { review, settings, deadline, log: log ?? deps.log, isStrict, isOldGuessed, observer };
  const verdict = await runtime.engineFor(entry, part)[purpose](run);
  judging?.end();
  return verdict;
}
