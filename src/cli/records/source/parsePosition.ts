import { InvalidArgumentError } from "commander";
import type { ChainPosition } from "../../../records/chain/verify/ChainRange.ts";

/** Parses a time such as `2026-01-31` or `2026-01-31T08:00:00Z` to milliseconds since 1970. Throws `InvalidArgumentError`. */
export function parseTime(text: string): number {
  const isTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const time = isTime ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError("expected a time such as 2026-01-31 or 2026-01-31T08:00:00Z");
  return time;
}

/** Parses the number of a record, or a time. Throws `InvalidArgumentError`. */
export function parsePosition(text: string): ChainPosition {
  if (/^\d{1,15}$/.test(text)) return { seq: Number(text) };
  try {
    return { atMs: parseTime(text) };
  } catch {
    throw new InvalidArgumentError("expected the number of a record, or a time such as 2026-01-31T08:00:00Z");
  }
}

/** Parses `SEQ:LEAF`. Throws `InvalidArgumentError`. */
export function parseHead(text: string): { readonly seq: number; readonly leaf: string } {
  const [, seq, leaf] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || leaf === undefined)
    throw new InvalidArgumentError("expected SEQ:LEAF as records verify prints it after head");
  return { seq: Number(seq), leaf };
}

/** Parses a number of records, 0 to 10000. Throws `InvalidArgumentError`. */
export function parseLines(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 10_000)
    throw new InvalidArgumentError("expected a number from 0 to 10000");
  return Number(text);
}
