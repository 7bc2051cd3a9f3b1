import type { Verdict } from "../../protocol/review/Verdict.ts";
import type { Policy } from "../define/policy.ts";
import { PolicyIndex } from "../match/PolicyIndex.ts";
import { runMutators } from "./runMutators.ts";
import type { PolicyRun } from "./runPolicy.ts";
import { runValidators } from "./runValidators.ts";
import { verdictOf } from "./verdictOf.ts";

/** Runs a set of policies: turns reviews into verdicts. Does not depend on HTTP. */
export class PolicyEngine {
  readonly policies: readonly Policy[];
  readonly #validators: PolicyIndex;
  readonly #mutators: PolicyIndex;

  constructor(policies: readonly Policy[]) {
    this.policies = policies;
    this.#validators = new PolicyIndex(policies, "validate");
    this.#mutators = new PolicyIndex(policies, "mutate");
  }

  /** Runs all validators that match the review. */
  async validate(run: PolicyRun): Promise<Verdict> {
    const outcomes = await runValidators(this.#validators.find(run.review), run);
    return verdictOf(outcomes, run.review, run.settings);
  }

  /** Runs all mutators that match the review, in the order of the gate. */
  async mutate(run: PolicyRun): Promise<Verdict> {
    const { outcomes, patch } = await runMutators(this.#mutators.find(run.review), run);
    return verdictOf(outcomes, run.review, run.settings, patch);
  }
}
