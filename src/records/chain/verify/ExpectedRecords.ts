import type { ChainFinding } from "./Findings.ts";

/** A record that the chain must have, as something outside the store knows it. */
export interface ExpectedRecord {
  /** The leaf hash of the record, in hex. */
  readonly leaf: string;
  readonly seq?: number;
  /** The time of the record is between these, in milliseconds since 1970. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Where it is noted, such as `audit.log:17`. */
  readonly where: string;
}

/** The first and last record that were verified. Undefined where the chain has none before or after. */
export interface VerifiedSpan {
  readonly first: { readonly seq: number; readonly at: string } | undefined;
  readonly last: { readonly seq: number; readonly at: string } | undefined;
}

/** Compares the records of a chain with those that it must have. */
export class ExpectedRecords {
  readonly #open = new Map<string, ExpectedRecord>();
  #found = 0;

  constructor(expected: Iterable<ExpectedRecord>) {
    // A call that was repeated has the receipt of its first record again.
    for (const record of expected) this.#open.set(record.leaf, record);
  }

  /** The number of records that the chain has. */
  get found(): number {
    return this.#found;
  }

  /** Takes a record of the chain. */
  see(leaf: string, seq: number): void {
    if (this.#open.size === 0) return;
    const expected = this.#open.get(leaf);
    if (expected === undefined || (expected.seq ?? seq) !== seq) return;
    this.#found += 1;
    this.#open.delete(leaf);
  }

  /** The records that the chain does not have, and the number of those that are before or after what was verified. */
  missing(span: VerifiedSpan): { readonly findings: readonly ChainFinding[]; readonly others: number } {
    const open = [...this.#open.values()];
    const missing = open.filter((it) => !isOutside(it, span));
    const findings = missing.map(({ seq, where, leaf }): ChainFinding => {
      const message = `the chain has no record ${seq === undefined ? "" : `${seq} `}with the hash ${leaf}`;
      return { code: "missing-receipt", where, ...(seq === undefined ? {} : { seq }), message };
    });
    return { findings, others: open.length - missing.length };
  }
}

function isOutside({ seq, sinceMs, untilMs }: ExpectedRecord, { first, last }: VerifiedSpan): boolean {
  if (first !== undefined && first.seq > 0) {
    if (seq !== undefined && seq < first.seq) return true;
    if (untilMs !== undefined && untilMs < Date.parse(first.at)) return true;
  }
  if (last === undefined) return false;
  return seq !== undefined ? seq > last.seq : sinceMs !== undefined && sinceMs > Date.parse(last.at);
}
