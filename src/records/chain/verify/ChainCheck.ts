import type { BatchRoot } from "../BatchRoot.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { SourceLine } from "../RecordSource.ts";
import { CHAIN_START, type ChainEnd } from "./ChainEnd.ts";
import { entriesOf } from "./ChainEntry.ts";
import { checkRecords } from "./checkRecords.ts";
import type { ExpectedRecords } from "./ExpectedRecords.ts";
import type { ChainFinding, FindingCode, Findings } from "./Findings.ts";
import { linkFaults, sha256Of } from "./linkFaults.ts";
import { named } from "./nameChanges.ts";
import { RecordReader } from "./RecordReader.ts";
import type { SignedLine } from "./readRootLine.ts";

/** What a {@link ChainCheck} needs. */
export interface ChainCheckDeps {
  readonly cluster: string;
  readonly findings: Findings;
  readonly expected: ExpectedRecords;
}

/**
 * Checks the batches of a chain, one after the other, and goes on after a fault:
 *
 * | the root of a batch | finding | what the next batch is compared with |
 * |---|---|---|
 * | cannot be read, or its signature does not count | that | its number; the rest is unknown |
 * | is of another cluster | `other-cluster` | the batch before |
 * | has a lower number than the next | `repeated-batch` | the batch before |
 * | has a higher number | `missing-batch`, `unsigned-records` | this root |
 * | has the next number | what `linkFaults` and `checkRecords` find | this root |
 */
export class ChainCheck {
  readonly #deps: ChainCheckDeps;
  readonly #checkpoints = new Map<number, Checkpoint>();
  readonly #reader = new RecordReader();
  #end: ChainEnd | undefined;
  #first: { readonly seq: number; readonly at: string } | undefined;
  #head: { readonly seq: number; readonly leaf: string; readonly at: string } | undefined;

  constructor(deps: ChainCheckDeps) {
    this.#deps = deps;
  }

  /** The first record of the first batch with a right root. */
  get first(): { readonly seq: number; readonly at: string } | undefined {
    return this.#first;
  }

  /** The last record of the last batch with a right root. */
  get head(): { readonly seq: number; readonly leaf: string; readonly at: string } | undefined {
    return this.#head;
  }

  /** What the next batch must follow, by all lines up to now. */
  get end(): ChainEnd {
    return this.#end ?? this.#lastCheckpoint() ?? CHAIN_START;
  }

  /** Takes a checkpoint whose signature is right. */
  addCheckpoint(checkpoint: Checkpoint, where: string): void {
    const { batch, cluster } = checkpoint;
    if (cluster !== this.#deps.cluster)
      this.#add("other-cluster", { where, batch, message: `the checkpoint is of the cluster ${cluster}` });
    else this.#checkpoints.set(batch, checkpoint);
  }

  /** Continues after a batch before the range, whose root is right. */
  startAfter({ jws, content }: SignedLine<BatchRoot>): void {
    if (content !== undefined) this.#end = endOf(content, jws);
  }

  /** Whether a root is right, and that of the next batch. */
  isNext({ content, fault }: SignedLine<BatchRoot>): boolean {
    return fault === undefined && content?.cluster === this.#deps.cluster && content.batch === this.end.batch;
  }

  /** Checks one batch: the lines since the last root, and the root. Returns the number of records. */
  addBatch(lines: readonly SourceLine[], line: SourceLine, root: SignedLine<BatchRoot>): number {
    const { where } = line;
    const { content, fault } = root;
    if (content === undefined || fault !== undefined) return this.#addUnsigned(lines, where, root);
    const { batch, first, cluster, at } = content;
    if (cluster !== this.#deps.cluster) {
      this.#add("other-cluster", { where, batch, seq: first, message: `batch ${batch} is of the cluster ${cluster}` });
      return lines.length;
    }
    const end = this.#end ?? this.#startAt(content);
    if (batch < end.batch) {
      const about = `batch ${batch} (${named(first, content.count)})`;
      this.#add("repeated-batch", {
        where,
        batch,
        seq: first,
        message: `${about} is here after batch ${end.batch - 1}`,
      });
      return lines.length;
    }
    const entries = entriesOf(lines, this.#reader, batch === end.batch ? (end.seq ?? first) : first);
    const own = batch > end.batch ? entries.filter(({ seq }) => seq >= first) : entries;
    if (batch > end.batch) this.#addGap(end, content, where, entries.length - own.length);
    const checkpoint = this.#checkpoints.get(batch);
    const before = batch === end.batch ? end : { ...end, seq: undefined, prev: undefined, previousBatch: undefined };
    for (const finding of linkFaults(own[0], content, { end: before, checkpoint, where }))
      this.#deps.findings.add(finding);
    for (const finding of checkRecords(own, content, where)) this.#deps.findings.add(finding);
    for (const { seq, leaf } of own) this.#deps.expected.see(leaf, seq);
    this.#first ??= { seq: first, at };
    this.#head = { seq: first + content.count - 1, leaf: content.head, at };
    this.#end = endOf(content, root.jws);
    return entries.length;
  }

  /** The lines after the last root. */
  addRest(lines: readonly SourceLine[]): void {
    const [line, last] = [lines[0], lines.at(-1)];
    if (line === undefined || last === undefined) return;
    const entries = entriesOf(lines, this.#reader, this.end.seq ?? 0);
    const seq = entries[0]?.seq ?? 0;
    const cut =
      entries.at(-1)?.fault === undefined ? "" : `, and the last line is cut off or was changed (${last.where})`;
    const message = `${named(seq, lines.length)}: no signed root follows${cut}`;
    this.#add("unsigned-records", { where: line.where, seq, batch: this.end.batch, message });
  }

  /** What the checkpoints say of the end: no batch before one may be the last. */
  addEnd(where: string): void {
    const last = this.#lastCheckpoint();
    const { batch } = this.end;
    if (last === undefined || batch >= last.batch) return;
    const message = `batches ${batch} to ${last.batch - 1} are missing: a checkpoint follows them`;
    this.#add("missing-batch", { where, batch, ...(this.end.seq === undefined ? {} : { seq: this.end.seq }), message });
  }

  #addUnsigned(lines: readonly SourceLine[], where: string, { content, fault, kid }: SignedLine<BatchRoot>): number {
    const { batch: next, seq: first, at } = this.end;
    const entries = entriesOf(lines, this.#reader, first ?? 0);
    const batch = fault === "unknown-key" || fault === "wrong-signature" ? (content?.batch ?? next) : next;
    const [entry, last] = [entries[0], entries.at(-1)];
    const about = entry === undefined ? "" : `; nothing vouches for ${named(entry.seq, entries.length)}`;
    const message = `${messageOf(fault, batch, kid)}${about}`;
    const seq = entry === undefined ? {} : { seq: entry.seq };
    this.#add(fault === "unknown-key" || fault === "wrong-signature" ? fault : "unreadable-root", {
      where,
      batch,
      ...seq,
      message,
    });
    for (const it of entries) this.#deps.expected.see(it.leaf, it.seq);
    const seqAfter = last === undefined ? undefined : last.seq + 1;
    this.#end = { batch: next + 1, seq: seqAfter, prev: undefined, previousBatch: undefined, at };
    return entries.length;
  }

  #startAt(root: BatchRoot): ChainEnd {
    const checkpoint = this.#checkpoints.get(root.batch);
    if (checkpoint !== undefined) return endOfCheckpoint(checkpoint);
    const last = this.#lastCheckpoint();
    if (root.batch === 0 || last === undefined) return CHAIN_START;
    // The retention has ended of some batches that are still there.
    if (root.batch < last.batch)
      return { batch: root.batch, seq: undefined, prev: undefined, previousBatch: undefined, at: "" };
    return last;
  }

  #lastCheckpoint(): ChainEnd | undefined {
    const last = Math.max(-1, ...this.#checkpoints.keys());
    const checkpoint = this.#checkpoints.get(last);
    return checkpoint === undefined ? undefined : endOfCheckpoint(checkpoint);
  }

  #addGap(end: ChainEnd, { batch, first }: BatchRoot, where: string, unsigned: number): void {
    const from = end.seq ?? first;
    const numbers = end.batch === batch - 1 ? `batch ${end.batch}` : `batches ${end.batch} to ${batch - 1}`;
    const seq = end.seq === undefined ? {} : { seq: end.seq };
    if (unsigned > 0)
      this.#add("unsigned-records", { where, batch: end.batch, ...seq, message: `no signed root: ${numbers}` });
    if (unsigned >= first - from && unsigned > 0) return;
    const about = first > from ? ` with ${named(from, first - from)}` : "";
    this.#add("missing-batch", {
      where,
      batch: end.batch,
      ...seq,
      message: `missing before batch ${batch}: ${numbers}${about}`,
    });
  }

  #add(code: FindingCode, finding: Omit<ChainFinding, "code">): void {
    this.#deps.findings.add({ code, ...finding });
  }
}

function endOf({ batch, first, count, head, at }: BatchRoot, jws: string): ChainEnd {
  return { batch: batch + 1, seq: first + count, prev: head, previousBatch: sha256Of(jws), at };
}

function endOfCheckpoint({ batch, seq, prev, previousBatch, lastAt }: Checkpoint): ChainEnd {
  return { batch, seq, prev, previousBatch, at: lastAt };
}

function messageOf(fault: SignedLine<BatchRoot>["fault"], batch: number, kid: string | undefined): string {
  if (fault === "unknown-key") return `batch ${batch} is signed with the key ${kid}, which is not trusted`;
  if (fault === "wrong-signature") return `batch ${batch}: the signature of the key ${kid} does not match`;
  return `the root of batch ${batch} cannot be read`;
}
