import type { JsonObject } from "../../protocol/Json.ts";
import { diffJson } from "../../protocol/patch/diffJson.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import type { Finding } from "../define/Finding.ts";
import { describeException, type PolicyException } from "../define/PolicyException.ts";
import { podTemplateAt } from "../define/podTemplate.ts";
import { exceptionsFor } from "../exceptions/exceptedFindings.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import { leaveAlone, leftWhole } from "../mutate/leaveAlone.ts";
import { mutatorDraft } from "../mutate/mutatorDraft.ts";
import { isSecret } from "../report/isSecret.ts";
import { reportedPatch } from "../report/reportedPatch.ts";
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
  const { policy, template, otherVersions } = hit;
  if (otherVersions !== undefined) return { outcome: { policy, result: "other-version", versions: otherVersions } };
  if (run.deadline.isPassed) return { outcome: { policy, result: "missed-deadline" } };
  const whole = policy.leaveAlone ? leftWhole(hit, run.review) : undefined;
  if (whole !== undefined) return { outcome: { policy, result: "findings", findings: [leftAlone([whole])] } };
  const draft = mutatorDraft(base);
  const called = await runPolicy(policy, run, () => {
    const context = new ReviewContext(run, hit, base);
    return draft.pass((whole) =>
      policy.mutate?.(template.length === 0 ? whole : podTemplateAt(whole, template), context),
    );
  });
  if (called.result !== "findings") return { outcome: called };
  const { settings } = run;
  const exception = exceptionOf(policy.name, run);
  const isEnforced = settings.modeOf(policy.name) === "enforce" && exception === undefined;
  let { findings } = called;
  let next = base;
  let patch: readonly PatchOperation[] = [];
  // Reading the draft may throw as well: a policy may have put a cycle, a Date or a function into it.
  // The same call of the policy: it is observed once.
  const silent = run.observer === undefined ? run : { ...run, observer: undefined };
  const read = await runPolicy(policy, silent, () => {
    next = draft.finish();
    if (policy.leaveAlone) {
      const { object, left } = leaveAlone(hit, run.review, base, next);
      next = object;
      if (left.length > 0) findings = [...findings, leftAlone(left)];
    }
    patch = diffJson(isEnforced ? run.review.object : base, next);
    return undefined;
  });
  if (read.result !== "findings") return { outcome: read };
  if (isEnforced) return { outcome: { ...called, findings }, next: { object: next, patch } };
  const reported = reportedPatch(base, patch, isSecret(run.review));
  if (exception === undefined) return { outcome: { policy, result: "withheld", findings, patch: reported } };
  const isNeeded = patch.length > 0 || findings.some(({ finding }) => finding === "deny");
  const key = isNeeded ? "excepted" : "exception-unneeded";
  // A permitted denial names the exception itself.
  if (patch.length > 0 || !isNeeded)
    findings = [...findings, { finding: "annotate", key, value: describeException(exception) }];
  const needed = isNeeded ? { exception } : {};
  return { outcome: { policy, result: "withheld", findings, patch: reported, ...needed } };
}

/** The exception that a mutator has for a review. One for images is for faults of containers, and not for a change of the object. */
function exceptionOf(policy: string, { review, settings: { excepting } }: PolicyRun): PolicyException | undefined {
  if (excepting === undefined) return undefined;
  return exceptionsFor(policy, review, excepting).find(({ images }) => images === undefined)?.exception;
}

function leftAlone(parts: readonly string[]): Finding {
  return { finding: "annotate", key: "left-alone", value: parts.join(", ") };
}
