import type { Policy } from "../../../policy/define/policy.ts";
import type { CaseResult } from "../CaseResult.ts";
import { matchParts } from "./matchParts.ts";
import type { PolicyCoverage } from "./PolicyCoverage.ts";
import type { WatchedValidations } from "./WatchedValidations.ts";

/** What the cases of a run cover of each policy of a gate. A case that failed touches what it reached. */
export function coverageOf(
  policies: readonly Policy[],
  results: readonly CaseResult[],
  watched: WatchedValidations,
): PolicyCoverage[] {
  return policies.map((policy) => {
    const own = results.filter(({ test }) => test.policy === policy.name);
    const reached = own.filter(({ judgement }) => judgement.came !== "not judged");
    const came = (...words: readonly string[]): boolean =>
      reached.some(({ judgement }) => words.includes(judgement.came));
    const covered = own.map(({ test, judgement }) => ({ review: test.review, miss: judgement.miss }));
    return {
      policy: policy.name,
      cases: reached.length,
      hasFault: came("denied", "warned", "changed"),
      hasPass: came("allowed"),
      untouched: matchParts(policy)
        .filter((part) => !covered.some((one) => part.touches(one)))
        .map(({ name }) => name),
      silent: watched.silent(policy),
    };
  });
}
