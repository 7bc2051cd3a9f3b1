import type { BatchRoot } from "../BatchRoot.ts";
import type { ChainEntry } from "./ChainEntry.ts";
import type { ChainFinding } from "./Findings.ts";
import { merkleRootOf } from "./merkleRootOf.ts";

/** More records that disagree with their neighbours are not told apart: each doubles the trees to compute. */
const MAX_DOUBTS = 6;

/**
 * Names what is wrong with the records of a batch whose Merkle root is not the signed one. `where` is the place of the root.
 *
 * | the lines | finding |
 * |---|---|
 * | a number of the batch has no line | `missing-record` |
 * | a number of the batch has two lines | `repeated-record` for the same line, else `foreign-record` |
 * | a number of another batch | `foreign-record` |
 * | a line after one with a higher number | `moved-record` |
 * | the hash of a line is not the signed one | `changed-record` |
 *
 * The signed hash of a record is the `prev` of the next, and the `head` of the root. A record and its next one disagree when
 * either was changed; the one with which the tree has the signed root is right.
 */
export function nameChanges(entries: readonly ChainEntry[], root: BatchRoot, where: string): readonly ChainFinding[] {
  const { batch, first, count } = root;
  const placed = placedBetweenNeighbours(entries, root);
  const own = placed.filter(({ seq }) => seq >= first && seq < first + count);
  const foreign = placed
    .filter((it) => !own.includes(it))
    .map(({ seq, where: at }) =>
      of("foreign-record", { seq, where: at }, `record ${seq} is not one of batch ${batch}`),
    );
  const kept = new Map<number, ChainEntry>();
  const extra: ChainFinding[] = [];
  for (const entry of own) {
    const { seq } = entry;
    const other = kept.get(seq);
    if (other === undefined) kept.set(seq, entry);
    else if (other.leaf === entry.leaf) extra.push(of("repeated-record", entry, `record ${seq} is there again`));
    else {
      const claimed = claimedLeaf(seq, own, root);
      const [right, wrong] = entry.leaf === claimed ? [entry, other] : [other, entry];
      kept.set(seq, right);
      extra.push(of("foreign-record", wrong, `another record ${seq} was put in`));
    }
  }
  const findings = [...missingOf(kept, root, where), ...foreign, ...extra, ...movedOf(own), ...changedOf(kept, root)];
  const rest = of(
    "changed-record",
    { seq: first, where },
    `${named(first, count)} of batch ${batch}: not what was signed`,
  );
  return (findings.length > 0 ? findings : [rest]).map((it) => ({ ...it, batch }));

  function of(
    code: ChainFinding["code"],
    { seq, where: at }: Pick<ChainEntry, "seq" | "where">,
    message: string,
  ): ChainFinding {
    return { code, where: at, seq, message };
  }
}

/** A line without its number, or with a wrong one, has that between its neighbours. */
function placedBetweenNeighbours(entries: readonly ChainEntry[], { first, count }: BatchRoot): readonly ChainEntry[] {
  return entries.map((entry, index) => {
    const before = entries[index - 1]?.seq ?? first - 1;
    const after = entries[index + 1]?.seq ?? first + count;
    return entry.seq !== before + 1 && after === before + 2 ? { ...entry, seq: before + 1 } : entry;
  });
}

/** The signed hash of a record, if the next one is as it was signed. */
function claimedLeaf(
  seq: number,
  entries: Iterable<ChainEntry>,
  { first, count, head }: BatchRoot,
): string | undefined {
  if (seq === first + count - 1) return head;
  for (const entry of entries) if (entry.seq === seq + 1) return entry.prev;
  return undefined;
}

function missingOf(
  kept: ReadonlyMap<number, ChainEntry>,
  { first, count }: BatchRoot,
  where: string,
): readonly ChainFinding[] {
  const findings: ChainFinding[] = [];
  for (let seq = first; seq < first + count; seq += 1) {
    if (kept.has(seq)) continue;
    let end = seq + 1;
    while (end < first + count && !kept.has(end)) end += 1;
    const message = `${named(seq, end - seq)} ${end - seq === 1 ? "is" : "are"} missing before this line`;
    findings.push({ code: "missing-record", seq, where: kept.get(end)?.where ?? where, message });
    seq = end;
  }
  return findings;
}

function movedOf(entries: readonly ChainEntry[]): readonly ChainFinding[] {
  let highest = -1;
  return entries.flatMap(({ seq, where }): ChainFinding[] => {
    const isMoved = seq < highest;
    const message = `record ${seq} is after record ${highest}`;
    highest = Math.max(highest, seq);
    return isMoved ? [{ code: "moved-record", seq, where, message }] : [];
  });
}

function changedOf(kept: ReadonlyMap<number, ChainEntry>, root: BatchRoot): readonly ChainFinding[] {
  const entries = [...kept.values()].sort((one, other) => one.seq - other.seq);
  const claims = entries.map((entry) => {
    const next = kept.get(entry.seq + 1);
    return entry.seq === root.first + root.count - 1 ? root.head : next?.prev;
  });
  const doubts = entries.flatMap(({ leaf }, index) =>
    claims[index] === undefined || claims[index] === leaf ? [] : index,
  );
  const changed = entries.length === root.count ? provenChanges(entries, claims, doubts, root.root) : undefined;
  return (changed ?? doubts).flatMap((index) => {
    const entry = entries[index];
    return entry === undefined ? [] : [changedFinding(entry)];
  });
}

/** The records whose signed hash is the claimed one; undefined when no choice leads to the signed root. */
function provenChanges(
  entries: readonly ChainEntry[],
  claims: readonly (string | undefined)[],
  doubts: readonly number[],
  root: string,
): readonly number[] | undefined {
  if (doubts.length > MAX_DOUBTS) return undefined;
  for (let choice = 0; choice < 2 ** doubts.length; choice += 1) {
    const changed = doubts.filter((_, bit) => (choice >> bit) % 2 === 1);
    const leaves = entries.map(({ leaf }, index) => (changed.includes(index) ? (claims[index] ?? leaf) : leaf));
    if (merkleRootOf(leaves) === root) return changed;
  }
  return undefined;
}

function changedFinding({ seq, where, fault }: ChainEntry): ChainFinding {
  const why = fault ?? "its hash is not the signed one";
  return { code: "changed-record", seq, where, message: `record ${seq} was changed: ${why}` };
}

/** `record 5`, or `records 5 to 7`. */
export function named(first: number, count: number): string {
  return count === 1 ? `record ${first}` : `records ${first} to ${first + count - 1}`;
}
