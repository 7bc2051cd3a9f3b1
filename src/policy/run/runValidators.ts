import type { PolicyHit } from "../match/PolicyHit.ts";
import { KnownContainers } from "./KnownContainers.ts";
import type { Outcome } from "./Outcome.ts";
import { ReviewContext } from "./ReviewContext.ts";
import { type PolicyRun, runPolicy } from "./runPolicy.ts";

/**
 * Runs all validators that match a review. Async validators wait in parallel and share the deadline. A validator that
 * throws or misses the deadline does not affect the others. The outcomes have the order of the hits.
 */
export async function runValidators(hits: readonly PolicyHit[], run: PolicyRun): Promise<Outcome[]> {
  const outcomes: (Outcome | Promise<Outcome>)[] = [];
  const known = new KnownContainers();
  for (const hit of hits) {
    const { policy, otherVersions } = hit;
    if (otherVersions !== undefined) outcomes.push({ policy, result: "other-version", versions: otherVersions });
    else
      outcomes.push(
        runPolicy(policy, run, () => policy.validate?.(new ReviewContext(run, hit, run.review.object, known))),
      );
  }
  return outcomes.every((outcome): outcome is Outcome => !(outcome instanceof Promise))
    ? outcomes
    : Promise.all(outcomes);
}
