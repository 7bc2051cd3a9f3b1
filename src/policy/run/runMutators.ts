import { create } from "mutative";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { diffJson } from "../../protocol/patch/diffJson.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import { podTemplateAt } from "../define/podTemplate.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import type { Outcome } from "./Outcome.ts";
import { ReviewContext } from "./ReviewContext.ts";
import { type PolicyRun, runPolicy } from "./runPolicy.ts";

/** The result of all mutators: an outcome for each, and one patch. */
export interface Mutation {
  readonly outcomes: readonly Outcome[];
  /** From the reviewed object to the result of the last mutator; empty when nothing changed. */
  readonly patch: readonly PatchOperation[];
}

/**
 * Runs mutators in sequence, each on the result of the one before. Each has its own draft, so a mutator that throws,
 * misses the deadline or is not in mode `enforce` has no effect on the next. The reviewed object is never changed.
 */
export async function runMutators(hits: readonly PolicyHit[], run: PolicyRun): Promise<Mutation> {
  const outcomes: Outcome[] = [];
  const { object } = run.review;
  if (object === null) return { outcomes, patch: [] };
  let state: State = { object, patch: [] };
  for (const hit of hits) {
    const { outcome, next } = await runMutator(hit, state, run);
    outcomes.push(outcome);
    state = next ?? state;
  }
  return { outcomes, patch: state.patch };
}

/** The object after the mutators so far, and the patch from the reviewed object. */
interface State {
  readonly object: JsonObject;
  readonly patch: readonly PatchOperation[];
}

/** Runs one mutator. Returns its outcome, and the next state when its change is applied. */
async function runMutator(
  hit: PolicyHit,
  { object: base }: State,
  run: PolicyRun,
): Promise<{ outcome: Outcome; next?: State }> {
  const { policy, template } = hit;
  if (run.deadline.isPassed) return { outcome: { policy, result: "missed-deadline" } };
  // Three changed fields of an 87 KB object: mutative 9 µs, immer 390 µs, structuredClone alone 690 µs.
  const [draft, finish] = create(base);
  const outcome = await runPolicy(policy, run, () => {
    const context = new ReviewContext(run, hit, base);
    return policy.mutate?.(template.length === 0 ? draft : podTemplateAt(draft, template), context);
  });
  if (outcome.result !== "findings") return { outcome };
  const isEnforced = run.settings.modeOf(policy.name) === "enforce";
  let next: State | undefined;
  let patch: readonly PatchOperation[] = [];
  // Reading the draft may throw as well: a policy may have put a cycle, a Date or a function into it.
  const read = await runPolicy(policy, run, () => {
    const finished: unknown = finish();
    if (!isJsonObject(finished)) throw new TypeError("the draft is no longer an object");
    patch = diffJson(isEnforced ? run.review.object : base, finished);
    next = { object: finished, patch };
    return undefined;
  });
  if (read.result !== "findings") return { outcome: read };
  if (isEnforced && next !== undefined) return { outcome, next };
  return { outcome: { policy, result: "withheld", findings: outcome.findings, patch } };
}
