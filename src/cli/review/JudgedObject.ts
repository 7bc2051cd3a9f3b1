import type { Review } from "../../protocol/review/Review.ts";
import type { LocalVerdict } from "../gate/judgeReviewLocally.ts";
import type { LocatedReview } from "../manifests/open/locateReview.ts";

/** A policy with findings of an object that its owner's Pod template has too. */
export interface CoveredPolicy {
  readonly policy: string;
  /** The review of the owner, which has the findings. */
  readonly by: Review;
}

/** A verdict without the findings that owners cover. */
export interface ReportedVerdict extends Omit<LocalVerdict, "result"> {
  /** `covered`: the object would be denied, only for faults that its owner is denied for. */
  readonly result: LocalVerdict["result"] | "covered";
}

/** An object of the input with the verdict on it. */
export interface JudgedObject {
  readonly located: LocatedReview & {
    /** What a person has to know to rely on the verdict. */
    readonly notes: readonly string[];
  };
  readonly verdict: ReportedVerdict;
  readonly covered: readonly CoveredPolicy[];
}
