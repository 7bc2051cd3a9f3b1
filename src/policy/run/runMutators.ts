import { create } from "mutative";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { diffJson } from "../../protocol/patch/diffJson.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import { podTemplateAt } from "../define/podTemplate.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import type { Outcome } from "./Outcome.ts";
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

/** What mutators have made of the object so far, and the patch that leads there from the reviewed one. */
interface State {
  readonly object: JsonObject;
  readonly patch: readonly PatchOperation[];
}

/** One mutator's outcome, and the next state where it leads to one. */
async function runMutator(
  hit: PolicyHit,
  { object: base }: State,
  run: PolicyRun,
): Promise<{ outcome: Outcome; next?: State }> {
  const { policy, template } = hit;
  if (run.deadline.isPassed) return { outcome: { policy, result: "missed-deadline" } };
  // mutative took 9 µs for three touched fields of an object of 87 KB, immer 390 µs, structuredClone alone 690 µs.
  const [draft, finish] = create(base);
  const outcome = await runPolicy(policy, run, () => {
    const context = new ReviewContext(run.review, base, hit, run.settings.paramsOf(policy.name), run.deadline);
    return policy.mutate?.(template.length === 0 ? draft : podTemplateAt(draft, template), context);
  });
  if (outcome.result !== "findings") return { outcome };
  const isEnforced = run.settings.modeOf(policy.name) === "enforce";
  let next: State | undefined;
  let patch: readonly PatchOperation[] = [];
  // The draft's result is read under the same guard: a policy may have put a cycle, a Date or a function into it.
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
