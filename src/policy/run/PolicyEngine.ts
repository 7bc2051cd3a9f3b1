import type { Verdict } from "../../protocol/review/Verdict.ts";
import type { Policy } from "../define/policy.ts";
import { exceptedFindings } from "../exceptions/exceptedFindings.ts";
import type { CacheMemory } from "../match/CacheMemory.ts";
import { PolicyIndex, type TargetFilter } from "../match/PolicyIndex.ts";
import { existingFindings, mayHaveExisting } from "./existingFindings.ts";
import { runMutators } from "./runMutators.ts";
import type { PolicyRun } from "./runPolicy.ts";
import { runValidators } from "./runValidators.ts";
import { verdictOf } from "./verdictOf.ts";

/** Runs a set of policies: turns reviews into verdicts. Does not depend on HTTP. */
export class PolicyEngine {
  readonly policies: readonly Policy[];
  readonly #validators: PolicyIndex;
  readonly #mutators: PolicyIndex;

  /** `filter` selects targets of the policies; default all. `memory` bounds caches; engines can share it. */
  constructor(policies: readonly Policy[], filter?: TargetFilter, memory?: CacheMemory) {
    this.policies = policies;
    this.#validators = new PolicyIndex(policies, "validate", filter, memory);
    this.#mutators = new PolicyIndex(policies, "mutate", filter, memory);
  }

  /** Runs all validators that match the review. */
  async validate(run: PolicyRun): Promise<Verdict> {
    const { review, settings } = run;
    const hits = this.#validators.find(review);
    const outcomes = await runValidators(hits, run);
    const { excepting } = settings;
    const exceptions = excepting === undefined ? undefined : exceptedFindings(hits, outcomes, review, excepting);
    if (!mayHaveExisting(outcomes, run)) return verdictOf(outcomes, { review, settings, exceptions });
    const existing = await existingFindings(hits, outcomes, run);
    return verdictOf(outcomes, { review, settings, existing, exceptions });
  }

  /** Runs all mutators that match the review, in the order of the gate. */
  async mutate(run: PolicyRun): Promise<Verdict> {
    const { review, settings } = run;
    const { outcomes, patch } = await runMutators(this.#mutators.find(review), run);
    return verdictOf(outcomes, { review, settings, patch });
  }
}
