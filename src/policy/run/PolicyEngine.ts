import type { Verdict } from "../../protocol/review/Verdict.ts";
import type { Policy } from "../define/policy.ts";
import { PolicyIndex } from "../match/PolicyIndex.ts";
import { runMutators } from "./runMutators.ts";
import type { PolicyRun } from "./runPolicy.ts";
import { runValidators } from "./runValidators.ts";
import { verdictOf } from "./verdictOf.ts";

/** A set of policies, compiled, that turns reviews into verdicts. Knows nothing of HTTP. */
export class PolicyEngine {
  readonly policies: readonly Policy[];
  readonly #validators: PolicyIndex;
  readonly #mutators: PolicyIndex;

  constructor(policies: readonly Policy[]) {
    this.policies = policies;
    this.#validators = new PolicyIndex(policies, "validate");
    this.#mutators = new PolicyIndex(policies, "mutate");
  }

  /** Runs every validator that matches. */
  async validate(run: PolicyRun): Promise<Verdict> {
    const outcomes = await runValidators(this.#validators.find(run.review), run);
    return verdictOf(outcomes, run.review, run.settings);
  }

  /** Runs every mutator that matches, in order. */
  async mutate(run: PolicyRun): Promise<Verdict> {
    const { outcomes, patch } = await runMutators(this.#mutators.find(run.review), run);
    return verdictOf(outcomes, run.review, run.settings, patch);
  }
}
