import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { deepEqual } from "../../protocol/patch/deepEqual.ts";
import type { Review } from "../../protocol/review/Review.ts";
import {
  changedParts,
  grownParts,
  keptFields,
  type ListItem,
  listItems,
  withOnlyItem,
  withoutPart,
  withValue,
} from "../existing/changedParts.ts";
import { FieldReads } from "../existing/FieldReads.ts";
import { type FindingSubject, findingSubject } from "../existing/findingSubject.ts";
import { hasWorsenedReads } from "../existing/hasWorsenedReads.ts";
import { isComparable } from "../existing/isComparable.ts";
import { onlyBookkeeping, SCALING } from "../existing/onlyBookkeeping.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import { judgeState, type StateJudgement } from "./judgeState.ts";
import type { PolicyRun } from "./runPolicy.ts";

/** More list elements are not judged one by one. The changes then count as the cause. */
const MAX_CHANGED_ITEMS = 16;
const MAX_REMOVALS = 24;

/** A policy that reads one of these may deny the change, and not what the object is. */
const REQUEST = ["operation", "oldObject", "subresource", "dryRun"] as const;
/** The request that has no change. */
const CREATION: Partial<Review> = { operation: "CREATE", oldObject: null, subresource: "", dryRun: false };

/** How often each denial occurs, by the text of its subject. */
type Counts = ReadonlyMap<string, number>;
type Judge = (state: JsonObject) => Promise<Counts | undefined>;

/**
 * Whether the changes of an UPDATE cause denials of a policy that the old object has as well. A message such as "privileged
 * containers are forbidden" is the same for another container. The policy is pure, so it is asked about states of the
 * object that differ in one thing. In doubt the changes are the cause:
 *
 * | the policy, or the state | the changes are the cause |
 * |---|---|
 * | is too large to compare | yes |
 * | reads nothing of the object but its name | yes |
 * | cannot be watched | unless only finalizers, owners, status or the scale changed, and it denies without the scale too |
 * | reads the user | unless only finalizers, owners or status changed: it may deny who makes the request |
 * | reads operation, old object, subresource or dry run | when it does not deny the creation of the object |
 * | reads nothing of what changed, which controllers change to scale, finish and delete | no |
 * | is async | yes: it may have effects, and is asked no more |
 * | sees only the changes; one changed list element | when a denial occurs more often than for their ground; for the element before |
 * | sees the added entries of a list or map first, then one old entry after the other | when the first denial is none without the added ones |
 * | does not see a part that did not change, which it read | when a denial occurs that the old object without the part does not have |
 * | denies the ground, for something that is missing | when something that it looks at was removed ({@link hasWorsenedReads}) |
 */
export async function causedByChange(
  hit: PolicyHit,
  run: PolicyRun,
  subjects: readonly FindingSubject[],
): Promise<boolean> {
  const { object, oldObject } = run.review;
  if (object === null || oldObject === null || !isComparable(oldObject, object)) return true;
  // Copies, because a frozen object cannot be watched.
  const [before, after] = [structuredClone(oldObject), structuredClone(object)];
  const reads = new FieldReads();
  const old = await judgeState(hit, run, before, { reads });
  const now = await judgeState(hit, run, after, { reads });
  const judge: Judge = async (state) => countsOf(await judgeState(hit, run, state), state);
  const remain = (counts: Counts | undefined): boolean => subjects.every(({ text }) => counts?.has(text) === true);
  if (old === undefined || now === undefined) {
    if (!onlyBookkeeping(before, after, { reads: undefined, scaling: true })) return true;
    const scaled = SCALING.filter((member) => valueAt(before, ["spec", member]) !== valueAt(after, ["spec", member]));
    return !remain(await judge(scaled.reduce((state, member) => withoutPart(state, ["spec", member]), after)));
  }
  if (!reads.hasState) return true;
  if (reads.request.has("user")) return !onlyBookkeeping(before, after, { reads, scaling: false });
  if (REQUEST.some((attribute) => reads.request.has(attribute))) {
    const created = await judgeState(hit, run, after, { request: CREATION });
    if (!remain(countsOf(created, after))) return true;
  }
  if (onlyBookkeeping(before, after, { reads, scaling: true })) return false;
  if (now.isAsync || old.isAsync) return true;
  const states = { before, after, reads, judge };
  return (await changesDeny(states)) || (await partsDeny(states));
}

/** The two states of an object, and a policy that judges others. */
interface Comparison {
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly reads: FieldReads;
  readonly judge: Judge;
}

/** Whether the changes alone are denied: with whole list elements for a policy that requires fields that did not change. */
async function changesDeny(states: Comparison): Promise<boolean> {
  const { before, after, reads } = states;
  const found = (await onGround(states, false)) ?? (await onGround(states, true));
  if (found === undefined) return true;
  if (occursMoreOften(found.changes, found.ground)) return true;
  const isMissing = [...found.ground.keys()].some((text) => found.changes.has(text));
  return isMissing && hasWorsenedReads(before, after, reads);
}

/** What the policy says about the changes, and about their ground; undefined when it cannot judge them. */
async function onGround({ before, after, judge }: Comparison, wholeItems: boolean) {
  const changes = await judge(changedParts(before, after, { changes: true, wholeItems }));
  const ground = await judge(changedParts(before, after, { changes: false, wholeItems }));
  return changes === undefined || ground === undefined ? undefined : { changes, ground };
}

/** Whether one changed list element is denied alone, or the object without a part that hid a fault. */
async function partsDeny(states: Comparison): Promise<boolean> {
  const items = listItems(states.before, states.after);
  const changed = items.filter((item) => item.after !== undefined && !isKept(item));
  return (
    (await itemsDeny(states, changed)) ||
    (await remaindersDeny(states, items.filter(isKept))) ||
    (await additionsDeny(states))
  );
}

/** Whether added entries go over a limit on a whole list or map: they come first, and then one old entry after the other. */
async function additionsDeny({ before, after, reads, judge }: Comparison): Promise<boolean> {
  for (const { path, added, kept, of } of grownParts(before, after, reads)) {
    if (kept.length > MAX_REMOVALS) return true;
    for (let count = 0; count <= kept.length; count += 1) {
      const old = kept.slice(0, count);
      const grown = await judge(withValue(after, path, of([...added, ...old])));
      if (grown === undefined || grown.size === 0) continue;
      const without = await judge(withValue(after, path, of(old)));
      if (without === undefined || occursMoreOften(grown, without)) return true;
      break;
    }
  }
  return false;
}

async function itemsDeny(states: Comparison, changed: readonly ListItem[]): Promise<boolean> {
  const { after, judge } = states;
  if (changed.length > MAX_CHANGED_ITEMS) {
    const found = await onGround(states, true);
    return found === undefined || occursMoreOften(found.changes, found.ground);
  }
  for (const { list, before: old, after: now } of changed) {
    const alone = await judge(withOnlyItem(after, list, now));
    const was = await judge(withOnlyItem(after, list, old));
    if (alone === undefined || was === undefined || occursMoreOften(alone, was)) return true;
  }
  return false;
}

async function remaindersDeny(
  { before, after, reads, judge }: Comparison,
  items: readonly ListItem[],
): Promise<boolean> {
  const kept = items.filter(({ list }) => reads.within(valueAt(before, list)) || reads.within(valueAt(after, list)));
  const fields = keptFields(before, after, reads);
  if (kept.length + fields.length > MAX_REMOVALS) return true;
  const states = [
    ...kept.map(({ list, before: old, after: now }) => [withoutPart(before, list, old), withoutPart(after, list, now)]),
    ...fields.map((path) => [withoutPart(before, path), withoutPart(after, path)]),
  ];
  for (const [old, now] of states) {
    if (old === undefined || now === undefined) continue;
    const without = await judge(now);
    // A policy that requires the part says nothing about the rest.
    if (without === undefined) continue;
    const was = await judge(old);
    if (was === undefined ? without.size > 0 : occursMoreOften(without, was)) return true;
  }
  return false;
}

function valueAt(object: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (isJsonObject(at) ? at[key] : undefined), object);
}

function isKept({ before, after }: ListItem): boolean {
  return before !== undefined && after !== undefined && deepEqual(before, after);
}

function countsOf(judgement: StateJudgement | undefined, state: JsonObject): Counts | undefined {
  if (judgement === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const denial of judgement.denials) {
    const { text } = findingSubject(denial, state);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

function occursMoreOften(counts: Counts, than: Counts): boolean {
  for (const [text, count] of counts) if (count > (than.get(text) ?? 0)) return true;
  return false;
}
