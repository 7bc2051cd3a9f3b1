import type { PolicyHit } from "../match/PolicyHit.ts";
import type { Outcome } from "./Outcome.ts";
import { ReviewContext } from "./ReviewContext.ts";
import { type PolicyRun, runPolicy } from "./runPolicy.ts";

/**
 * Shows a review to every validator that matches. Async ones wait side by side under the one deadline. One that throws
 * or is late takes none of the others down. The outcomes are in the order of the hits.
 */
export async function runValidators(hits: readonly PolicyHit[], run: PolicyRun): Promise<Outcome[]> {
  const { review, settings, deadline } = run;
  const outcomes: (Outcome | Promise<Outcome>)[] = [];
  for (const hit of hits) {
    const { policy } = hit;
    outcomes.push(
      runPolicy(policy, run, () =>
        policy.validate?.(new ReviewContext(review, review.object, hit, settings.paramsOf(policy.name), deadline)),
      ),
    );
  }
  return outcomes.every(isThere) ? outcomes : Promise.all(outcomes);
}

function isThere(outcome: Outcome | Promise<Outcome>): outcome is Outcome {
  return !(outcome instanceof Promise);
}
