import type { SourceLine } from "../RecordSource.ts";
import { leafOf } from "./merkleRootOf.ts";
import type { RecordReader } from "./RecordReader.ts";

/** The line of a record, read and hashed. */
export interface ChainEntry {
  readonly where: string;
  /** As the line says, else by its place. */
  readonly seq: number;
  /** The leaf hash of the line as it is, in hex. */
  readonly leaf: string;
  readonly prev?: string | undefined;
  readonly at?: string | undefined;
  readonly cluster?: string | undefined;
  /** Why the line is not a record. */
  readonly fault?: string;
}

/** Reads lines of records. `firstSeq` is the number of the first line where that has none. */
export function entriesOf(lines: readonly SourceLine[], reader: RecordReader, firstSeq: number): readonly ChainEntry[] {
  const entries: ChainEntry[] = [];
  let next = firstSeq;
  for (const { text, where } of lines) {
    const read = reader.read(text);
    const leaf = leafOf(text);
    if ("fault" in read) entries.push({ where, seq: next, leaf, ...read.place, fault: read.fault });
    else entries.push({ where, leaf, ...read });
    next = (entries.at(-1)?.seq ?? next) + 1;
  }
  return entries;
}
