import type { Review } from "../../../../src/protocol/review/Review.ts";
import { reviewOf } from "../../../policies/faultsOf.ts";
import { inParallel } from "../inParallel.ts";
import type { BuiltinBed } from "./BuiltinBed.ts";
import { faultsByPolicy } from "./faultsByPolicy.ts";
import { replacementOf, type UpdateCase, type UpdateChange } from "./updateCases.ts";

/** What updates of one sort came to. */
interface UpdateCounts {
  readonly policies: ReadonlySet<string>;
  readonly updates: number;
  readonly denied: number;
  /** Denied by the gate and admitted by the native form, because the old object has a fault. */
  readonly admitted: number;
}

/** What updates came to, by what they do. */
export interface UpdateResults {
  readonly done: ReadonlyMap<UpdateChange, UpdateCounts>;
  /** Of each update that is judged differently without this reason. */
  readonly lines: readonly string[];
}

interface UpdateResult {
  readonly policy: string;
  readonly change: UpdateChange;
  readonly isDenied: boolean;
  readonly isAdmitted: boolean;
  readonly line: string | undefined;
}

/** Makes updates in dry runs, and lets both judge them. */
export async function updateAll(bed: BuiltinBed, cases: readonly UpdateCase[]): Promise<UpdateResults> {
  const results = (await inParallel(cases, (it, index) => update(bed, it, index))).flatMap((it) => it ?? []);
  const changes = [...new Set(results.map(({ change }) => change))];
  const countsOf = (change: UpdateChange): UpdateCounts => {
    const own = results.filter((it) => it.change === change);
    return {
      policies: new Set(own.map(({ policy }) => policy)),
      updates: own.length,
      denied: own.filter(({ isDenied }) => isDenied).length,
      admitted: own.filter(({ isAdmitted }) => isAdmitted).length,
    };
  };
  return {
    done: new Map(changes.map((change) => [change, countsOf(change)])),
    lines: results.flatMap(({ line }) => line ?? []),
  };
}

/** Whether an object had and has a fault in an update of each sort. */
const IS_MEANT: Readonly<Record<UpdateChange, (wasFaulty: boolean, isFaulty: boolean) => boolean>> = {
  unchanged: (wasFaulty, isFaulty) => wasFaulty && isFaulty,
  fixed: (wasFaulty, isFaulty) => wasFaulty && !isFaulty,
  added: (wasFaulty, isFaulty) => !wasFaulty && isFaulty,
  "other faults": (wasFaulty, isFaulty) => wasFaulty && isFaulty,
};

/** Undefined when the API server accepts none of the replacements, or none is such an update. */
async function update(bed: BuiltinBed, it: UpdateCase, index: number): Promise<UpdateResult | undefined> {
  const { policy, change, after } = it;
  const policies = bed.policies.filter(({ name }) => name === policy);
  const before = structuredClone(it.before);
  before.metadata.name += `-u${index}`;
  const stored = await bed.create(before, { isStored: true });
  if (stored.status !== 201) throw new Error(`${stored.status} ${stored.body.message}`);
  for (const wanted of after) {
    const old = await bed.get({ ...before, apiVersion: wanted.apiVersion });
    const answer = await bed.replace(replacementOf(old, wanted));
    if (answer.status !== 200) continue;
    const faultIn = async (review: Review): Promise<boolean> =>
      (await faultsByPolicy(policies, review)).get(policy) ?? false;
    const wasFaulty = await faultIn(reviewOf(old));
    const isFaulty = await faultIn(reviewOf(answer.body));
    // A name or a namespace may decide, which cannot be changed.
    if (!IS_MEANT[change](wasFaulty, isFaulty)) continue;
    const isDenied = await faultIn(reviewOf(answer.body, old));
    const isWarned = answer.warned.has(policy);
    const isAdmitted = isDenied && !isWarned;
    const isExpected = change === "unchanged" || change === "fixed" ? !isDenied && !isWarned : isDenied === isWarned;
    const isRight = answer.failures.length === 0 && (isExpected || (isAdmitted && change === "other faults"));
    const said = `the gate ${isDenied ? "denies" : "admits"}, and its native form ${isWarned ? "denies" : "admits"}`;
    const line = `${policy}, ${change}: ${said} ${JSON.stringify(answer.body)} after ${JSON.stringify(old)}`;
    return { policy, change, isDenied, isAdmitted, line: isRight ? undefined : line };
  }
  return undefined;
}
