import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { Deadline } from "../../policy/run/Deadline.ts";
import { PolicyEngine } from "../../policy/run/PolicyEngine.ts";
import type { JsonObject } from "../../protocol/Json.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { applyPatch } from "../gate/judgeReviewLocally.ts";

/** The default timeoutSeconds of a rendered registration. */
const TIMEOUT_MS = 5_000;
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What mutators did with a review. */
export interface TrialResult {
  /** Empty also when a mutator denied or failed. */
  readonly patch: readonly PatchOperation[];
  /** The object with the patch. */
  readonly object: JsonObject;
  /** The audit annotations of the verdict. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** Runs mutators on reviews of samples, as the gate would. */
export class MutatorTrial {
  readonly #engine: PolicyEngine;
  readonly #settings: ClusterSettings;

  /** All modes count as enforce, because a mode that withholds patches may change later. */
  constructor(policies: readonly Policy[], { cluster, paramsOf }: ClusterSettings) {
    this.#engine = new PolicyEngine(policies);
    this.#settings = { cluster, modeOf: () => "enforce", paramsOf };
  }

  async run(review: Review): Promise<TrialResult> {
    const deadline = new Deadline(TIMEOUT_MS, Date.now);
    try {
      const verdict = await this.#engine.mutate({ review, settings: this.#settings, deadline, log: SILENT });
      const patch = verdict.allowed ? verdict.patch : [];
      return { patch, object: applyPatch(review.object, patch), annotations: verdict.auditAnnotations };
    } finally {
      deadline.dispose();
    }
  }

  /** Runs the mutators on the object of a result, as the API server calls them again. */
  async runAgain(review: Review, object: JsonObject): Promise<TrialResult> {
    return this.run({ ...review, object });
  }
}
