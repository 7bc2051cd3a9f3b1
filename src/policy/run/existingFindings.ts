import type { JsonObject } from "../../protocol/Json.ts";
import type { Denial, Finding } from "../define/Finding.ts";
import { isMirrorPod } from "../define/isMirrorPod.ts";
import { labelsOf, matchesLabels } from "../define/LabelSelector.ts";
import { hasPodTemplate, podOfTemplate } from "../define/podTemplate.ts";
import { type FindingSubject, findingSubject } from "../existing/findingSubject.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import { causedByChange } from "./causedByChange.ts";
import { judgeState } from "./judgeState.ts";
import type { Outcome } from "./Outcome.ts";
import type { PolicyRun } from "./runPolicy.ts";

/** A denial with its subject. */
interface Match {
  readonly denial: Denial;
  readonly subject: FindingSubject;
}

/** Whether a verdict may depend on {@link existingFindings}. Most reviews are allowed, and end here. */
export function mayHaveExisting(outcomes: readonly Outcome[], run: PolicyRun): boolean {
  const { review, settings, isOldGuessed = false } = run;
  for (const outcome of outcomes) {
    const { policy } = outcome;
    if (outcome.result !== "findings" || !outcome.findings.some(isDenial)) continue;
    if (settings.modeOf(policy.name) !== "enforce") continue;
    return (review.operation === "UPDATE" && !isOldGuessed) || isMirrorPod(review);
  }
  return false;
}

/**
 * Returns the denials that a request does not bring in. Only policies with `onExisting: "warn"` have such denials:
 *
 * | review | denial | result |
 * |---|---|---|
 * | a mirror Pod | any | existing: the kubelet runs the Pod already, and the API server only shows it |
 * | an UPDATE | the old object has no equal denial | new |
 * | | names a field by path, which has the same value in the old object | existing |
 * | | says no field, but the changes cause it ({@link causedByChange}) | new |
 * | | says no field, and the changes do not cause it | existing |
 *
 * Two denials are equal when policy, code and message are equal, with the names of list elements instead of their
 * indices. The policy judges the old object with the same parameters. A policy that fails on the old object, or whose
 * selector did not match it, has no existing denials. `outcomes` are in the order of `hits`.
 */
export async function existingFindings(
  hits: readonly PolicyHit[],
  outcomes: readonly Outcome[],
  run: PolicyRun,
): Promise<ReadonlySet<Finding>> {
  const existing = new Set<Finding>();
  for (const [index, hit] of hits.entries()) {
    const outcome = outcomes[index];
    const { policy } = hit;
    if (outcome === undefined || policy.onExisting === "deny") continue;
    if (run.settings.modeOf(policy.name) !== "enforce") continue;
    for (const denial of await existingDenials(hit, denialsOf(outcome), run)) existing.add(denial);
  }
  return existing;
}

async function existingDenials(hit: PolicyHit, denials: readonly Denial[], run: PolicyRun): Promise<readonly Denial[]> {
  const { review, deadline } = run;
  const { object, oldObject } = review;
  if (denials.length === 0) return [];
  if (isMirrorPod(review)) return denials;
  if (object === null || oldObject === null || !selects(hit, oldObject)) return [];
  try {
    const before = await judgeState(hit, run, oldObject);
    if (before === undefined) return [];
    const matches = matchDenials(denials, object, before, oldObject);
    const unnamed = matches.filter(({ subject }) => !subject.isExact);
    const caused = unnamed.length === 0 ? [] : await causedByChange(hit, run, unnamed);
    // The rest of a policy that missed the deadline is not known.
    if (deadline.isPassed) return [];
    return matches.filter((match) => !caused.includes(match)).map(({ denial }) => denial);
  } catch (error) {
    // An object that is nested too deeply to compare.
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** The denials that the old object has as well. A denial of the old object counts once. */
function matchDenials(
  denials: readonly Denial[],
  object: JsonObject,
  before: readonly Denial[],
  oldObject: JsonObject,
): Match[] {
  const left = new Map<string, number>();
  for (const denial of before) {
    const { key } = findingSubject(denial, oldObject);
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  return denials.flatMap((denial) => {
    const subject = findingSubject(denial, object);
    const count = left.get(subject.key) ?? 0;
    left.set(subject.key, count - 1);
    return count > 0 ? [{ denial, subject }] : [];
  });
}

function denialsOf(outcome: Outcome): readonly Denial[] {
  return outcome.result === "findings" ? outcome.findings.filter(isDenial) : [];
}

function isDenial(finding: Finding): finding is Denial {
  return finding.finding === "deny";
}

/** Whether the policy's selector matches the old object: a policy that did not apply before has nothing existing. */
function selects({ policy, template }: PolicyHit, oldObject: JsonObject): boolean {
  const { labels } = policy.match;
  if (template.length > 0 && !hasPodTemplate(oldObject, template)) return false;
  if (labels === undefined) return true;
  const found = labelsOf(template.length === 0 ? oldObject : podOfTemplate(oldObject, template));
  return found !== undefined && matchesLabels(labels, found);
}
