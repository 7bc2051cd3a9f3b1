import { create } from "mutative";
import { diffJson } from "../protocol/diffJson.ts";
import type { JsonObject } from "../protocol/Json.ts";
import { isJsonObject } from "../protocol/Json.ts";
import type { PatchOperation } from "../protocol/JsonPatch.ts";
import type { Outcome } from "./Outcome.ts";
import { podTemplateAt } from "./podTemplates.ts";
import type { PolicyHit } from "./PolicyIndex.ts";
import { ReviewContext } from "./ReviewContext.ts";
import { type PolicyRun, runPolicy } from "./runPolicy.ts";

/** What mutators did: one outcome each, and one patch for all of them together. */
export interface Mutation {
  readonly outcomes: readonly Outcome[];
  /** From the reviewed object to the last mutator's result; empty when nothing changed. */
  readonly patch: readonly PatchOperation[];
}

/**
 * Runs mutators one after the other, each on the last one's result. Each works on a draft of its own, so that one that
 * throws, is late, or whose mode is not `enforce` leaves no trace. The reviewed object itself is never changed.
 */
export async function runMutators(hits: readonly PolicyHit[], run: PolicyRun): Promise<Mutation> {
  const outcomes: Outcome[] = [];
  const original = run.review.object;
  let current = original;
  for (const hit of hits) {
    if (current === null) break;
    const { outcome, result } = await runMutator(hit, current, run);
    outcomes.push(outcome);
    current = result;
  }
  return { outcomes, patch: original === current ? [] : diffJson(original, current) };
}

async function runMutator(hit: PolicyHit, base: JsonObject, run: PolicyRun): Promise<{ outcome: Outcome; result: JsonObject }> {
  const { policy, template } = hit;
  if (run.deadline.isPassed) return { outcome: { policy, result: "missed-deadline" }, result: base };
  // mutative took 9 µs for three touched fields of an object of 87 KB, immer 390 µs, structuredClone alone 690 µs.
  const [draft, finish] = create(base);
  const outcome = await runPolicy(policy, run, () => {
    const context = new ReviewContext(run.review, base, hit, run.settings.paramsOf(policy.name), run.deadline);
    return policy.mutate?.(template.length === 0 ? draft : podTemplateAt(draft, template), context);
  });
  if (outcome.result !== "findings") return { outcome, result: base };
  // The draft's result is read under the same guard: a policy may have put a cycle, a Date or a function into it.
  let changed = base;
  let patch: readonly PatchOperation[] = [];
  const read = await runPolicy(policy, run, () => {
    const finished: unknown = finish();
    if (!isJsonObject(finished)) throw new TypeError("the draft is no longer an object");
    changed = finished;
    patch = diffJson(base, finished);
    return undefined;
  });
  if (read.result !== "findings") return { outcome: read, result: base };
  if (run.settings.modeOf(policy.name) === "enforce") return { outcome, result: patch.length > 0 ? changed : base };
  return { outcome: { policy, result: "withheld", findings: outcome.findings, patch }, result: base };
}
