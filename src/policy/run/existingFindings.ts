import type { JsonObject } from "../../protocol/Json.ts";
import type { Denial, Finding } from "../define/Finding.ts";
import { isMirrorPod } from "../define/isMirrorPod.ts";
import { labelsOf, matchesLabels } from "../define/LabelSelector.ts";
import { hasPodTemplate, podOfTemplate } from "../define/podTemplate.ts";
import { excusedImages } from "../exceptions/exceptedFindings.ts";
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
    return review.operation === "UPDATE" ? !isOldGuessed : review.operation === "CREATE" && isMirrorPod(review);
  }
  return false;
}

/**
 * Returns the denials that a request does not bring in. Only policies with `onExisting: "warn"` have such denials:
 *
 * | review | the policy's denials | result |
 * |---|---|---|
 * | the creation of a mirror Pod | any | existing: the kubelet runs the Pod already, and the API server only shows it |
 * | an UPDATE | the old object has no equal denial | new |
 * | | an exception of the policy excused it for the image of its container, which is another one now | new |
 * | | the policy reports each fault with its path | existing |
 * | | another denial of the policy is new | existing: the request is denied anyway |
 * | | the changes are not the cause ({@link causedByChange}) | existing |
 * | | else | new |
 *
 * Two denials are equal when policy, code, message and path are equal, with the names of list elements instead of their
 * indices, and the path has the same value. The policy judges the old object with the same parameters. A policy that fails
 * on the old object, or whose selector did not match it, has no existing denials. `outcomes` are in the order of `hits`.
 */
export async function existingFindings(
  hits: readonly PolicyHit[],
  outcomes: readonly Outcome[],
  run: PolicyRun,
): Promise<ReadonlySet<Finding>> {
  const found = hits.map(async (hit, index) => {
    const outcome = outcomes[index];
    const isMeant = hit.policy.onExisting === "warn" && run.settings.modeOf(hit.policy.name) === "enforce";
    return outcome === undefined || !isMeant ? [] : existingDenials(hit, denialsOf(outcome), run);
  });
  return new Set((await Promise.all(found)).flat());
}

async function existingDenials(hit: PolicyHit, denials: readonly Denial[], run: PolicyRun): Promise<readonly Denial[]> {
  const { review, deadline, settings, log } = run;
  const { object, oldObject } = review;
  if (denials.length === 0) return [];
  if (review.operation !== "UPDATE") return denials;
  if (object === null || oldObject === null || !selects(hit, oldObject)) return [];
  try {
    const before = await judgeState(hit, run, oldObject);
    const found = matchStates(hit, run, { denials, object }, { denials: before?.denials ?? [], object: oldObject });
    const matches = found.filter(({ subject }) => !hit.policy.reportsEachFault || subject.value !== undefined);
    const subjects = matches.map(({ subject }) => subject);
    const isNew = isUnsure(hit, denials, matches) && (await causedByChange(hit, run, subjects));
    if (!deadline.isPassed) return isNew ? [] : matches.map(({ denial }) => denial);
    // The rest of a policy that missed the deadline is not known.
    const call = { policy: hit.policy.name, cluster: settings.cluster, uid: review.uid };
    log.warn("the old object could not be judged before the deadline; its faults count as new", call);
    return [];
  } catch (error) {
    // An object that is nested too deeply to compare.
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** Whether the denials of the old object are not enough. With a new denial the request is denied whatever the others are. */
function isUnsure({ policy }: PolicyHit, denials: readonly Denial[], matches: readonly Match[]): boolean {
  return !policy.reportsEachFault && matches.length === denials.length;
}

/** An object and the denials of it. */
interface Judged {
  readonly denials: readonly Denial[];
  readonly object: JsonObject;
}

/**
 * The denials that the old object has as well; each of those counts once. A fault that an exception excused for the image of
 * its container is none that the object had, once the container has another image.
 */
function matchStates(hit: PolicyHit, { review, settings }: PolicyRun, now: Judged, before: Judged): Match[] {
  if (before.denials.length === 0) return [];
  const { excepting } = settings;
  const imagesIn = ({ denials, object }: Judged) =>
    excepting === undefined ? NO_IMAGES : excusedImages(hit, denials, object, { review, excepting });
  const [imagesNow, imagesBefore] = [imagesIn(now), imagesIn(before)];
  const left = new Map<string, number>();
  for (const denial of before.denials) {
    const key = keyOf(findingSubject(denial, before.object), imagesBefore.get(denial));
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  return now.denials.flatMap((denial) => {
    const subject = findingSubject(denial, now.object);
    const image = imagesNow.get(denial);
    const keys = image === undefined ? [keyOf(subject)] : [keyOf(subject, image), keyOf(subject)];
    const key = keys.find((it) => (left.get(it) ?? 0) > 0);
    if (key === undefined) return [];
    left.set(key, (left.get(key) ?? 0) - 1);
    return [{ denial, subject }];
  });
}

const NO_IMAGES: ReadonlyMap<Denial, unknown> = new Map();

function keyOf({ text, value }: FindingSubject, image?: unknown): string {
  return JSON.stringify([text, value, image]);
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
