import type { LocalVerdict } from "../gate/judgeReviewLocally.ts";
import type { LocatedReview } from "../manifests/readReviews.ts";

/** An object of the input with the verdict on it. */
export interface JudgedObject {
  readonly located: LocatedReview & {
    /** What a person has to know to rely on the verdict. */
    readonly notes: readonly string[];
  };
  readonly verdict: LocalVerdict;
}
