import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Deadline } from "../../policy/run/Deadline.ts";
import { freezeReview } from "../../policy/run/freezeReview.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { Verdict } from "../../protocol/review/Verdict.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import { selfTestNonce, selfTestVerdict } from "./selfTest.ts";

/** One call to judge: which half of the policies, by which URL, for which cluster, and by when. */
export interface Call {
  readonly purpose: "validate" | "mutate";
  readonly entry: string | undefined;
  /** Without the query. */
  readonly url: string;
  readonly settings: ClusterSettings;
  readonly deadline: Deadline;
}

/** The verdict on a decoded review: a self-test is answered as such, everything else by the policies. */
export async function judgeReview(runtime: GateRuntime, review: Review, call: Call): Promise<Verdict> {
  const { settings, deadline } = call;
  if (selfTestNonce(review) !== undefined) {
    const registrationHash = await runtime.registrationHash(settings);
    const about = { cluster: settings.cluster, url: call.url, now: runtime.deps.now(), registrationHash };
    return selfTestVerdict(review, about, runtime.signer, runtime.deps.log);
  }
  if (runtime.deps.freezeReviews === true) freezeReview(review);
  const engine = runtime.engineFor(call.entry);
  return engine[call.purpose]({ review, settings, deadline, log: runtime.deps.log });
}
