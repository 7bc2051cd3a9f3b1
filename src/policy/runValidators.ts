import type { Outcome } from "./Outcome.ts";
import type { PolicyHit } from "./PolicyIndex.ts";
import { ReviewContext } from "./ReviewContext.ts";
import { ReviewView } from "./ReviewView.ts";
import { type PolicyRun, runPolicy } from "./runPolicy.ts";

/**
 * Shows a review to every validator that matches. Async ones wait side by side under the one deadline. One that throws
 * or is late takes none of the others down. The outcomes are in the order of the hits.
 */
export async function runValidators(hits: readonly PolicyHit[], run: PolicyRun): Promise<Outcome[]> {
  const { review, settings, deadline } = run;
  const outcomes: (Outcome | Promise<Outcome>)[] = [];
  let view: ReviewView | undefined;
  for (const { policy, template } of hits) {
    outcomes.push(
      runPolicy(policy, run, () => {
        if (view?.template !== template) view = new ReviewView(review, review.object, template);
        return policy.validate?.(new ReviewContext(review, view, policy, settings.paramsOf(policy.name), deadline));
      }),
    );
  }
  return outcomes.every(isThere) ? outcomes : Promise.all(outcomes);
}

function isThere(outcome: Outcome | Promise<Outcome>): outcome is Outcome {
  return !(outcome instanceof Promise);
}
