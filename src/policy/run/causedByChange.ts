import type { JsonObject } from "../../protocol/Json.ts";
import type { Denial } from "../define/Finding.ts";
import { podOfTemplate } from "../define/podTemplate.ts";
import { changedItems, changedParts, withOnlyItem } from "../existing/changedParts.ts";
import { type FindingSubject, findingSubject } from "../existing/findingSubject.ts";
import { hasWorsenedReads, readsState } from "../existing/worsenedReads.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import { judgeState, type PolicyReads } from "./judgeState.ts";
import type { PolicyRun } from "./runPolicy.ts";

/** More changed elements of lists are not judged one by one. The changes then count as the cause. */
const MAX_ITEMS = 16;

/** A policy that reads one of these may deny the request for who makes it, and not for what the object is. */
const REQUEST = ["user", "operation", "oldObject", "dryRun"];

/** How often each denial occurs, by the text of its subject; undefined when the policy could not judge. */
type Counts = ReadonlyMap<string, number> | undefined;

/**
 * Returns the denials that the changes of an UPDATE cause, among denials that the old object has as well. For denials that
 * do not name a field: a message such as "privileged containers are forbidden" is the same for another container.
 *
 * The policy is pure, so it can be asked about states of the object that differ in one thing:
 *
 * | the policy judges | compared with | the changes cause a denial |
 * |---|---|---|
 * | the old and the new object, with its reads noted | | when it reads user, operation, old object or dry run: it may deny the request |
 * | only the changes | their ground: the same structure without them | that occurs more often: a value was added or changed |
 * | only one changed list element | the same element before | that occurs more often: by the element as a whole |
 * | the ground | only the changes | that occurs in both, of something missing, when what it reads was changed or removed, or when it reads nothing of the object |
 *
 * A policy that cannot judge such a state leaves the changes as the cause.
 */
export async function causedByChange<T extends { readonly denial: Denial; readonly subject: FindingSubject }>(
  hit: PolicyHit,
  run: PolicyRun,
  matches: readonly T[],
): Promise<readonly T[]> {
  const { object, oldObject } = run.review;
  if (object === null || oldObject === null) return matches;
  const count = async (state: JsonObject): Promise<Counts> => countsOf(await judgeState(hit, run, state), state);
  const reads: PolicyReads = { fields: new Set(), request: new Set() };
  const noted = [await judgeState(hit, run, oldObject, reads), await judgeState(hit, run, object, reads)];
  if (noted.includes(undefined) || REQUEST.some((attribute) => reads.request.has(attribute))) return matches;
  const ground = await judgeChanges(oldObject, object, count);
  if (ground === undefined) return matches;
  const items = changedItems(oldObject, object);
  if (items.length > MAX_ITEMS) return matches;
  const caused = new Set<string>(ground.caused);
  for (const { list, before, after } of items) {
    const now = await count(withOnlyItem(object, list, after));
    const then = await count(withOnlyItem(object, list, before));
    if (now === undefined || then === undefined) return matches;
    for (const text of moreOften(now, then)) caused.add(text);
  }
  const view = (state: JsonObject): JsonObject =>
    hit.template.length === 0 ? state : podOfTemplate(state, hit.template);
  const { fields } = reads;
  const isWorse = !readsState(fields) || hasWorsenedReads(view(oldObject), view(object), fields);
  return matches.filter(({ subject }) => caused.has(subject.text) || (isWorse && ground.missing.has(subject.text)));
}

/** Judges the changes and their ground; with whole list elements for a policy that requires fields that did not change. */
async function judgeChanges(
  before: JsonObject,
  after: JsonObject,
  count: (state: JsonObject) => Promise<Counts>,
): Promise<{ caused: readonly string[]; missing: ReadonlySet<string> } | undefined> {
  for (const wholeItems of [false, true]) {
    const changes = await count(changedParts(before, after, { changes: true, wholeItems }));
    const ground = await count(changedParts(before, after, { changes: false, wholeItems }));
    if (changes === undefined || ground === undefined) continue;
    const missing = new Set([...ground.keys()].filter((text) => changes.has(text)));
    return { caused: moreOften(changes, ground), missing };
  }
  return undefined;
}

function countsOf(denials: readonly Denial[] | undefined, state: JsonObject): Counts {
  if (denials === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const denial of denials) {
    const { text } = findingSubject(denial, state);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

function moreOften(counts: ReadonlyMap<string, number>, than: ReadonlyMap<string, number>): string[] {
  return [...counts].filter(([text, count]) => count > (than.get(text) ?? 0)).map(([text]) => text);
}
