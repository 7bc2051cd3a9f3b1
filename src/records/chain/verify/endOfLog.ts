import type { LoggedHead } from "../RecordSource.ts";
import type { ChainEnd } from "./ChainEnd.ts";
import type { ChainFinding } from "./Findings.ts";

/** Compares the end of the transaction log, read before the lines, with the chain after one of its batches. */
export function passedLog(logged: LoggedHead, end: ChainEnd, where: string): ChainFinding | undefined {
  const { batch, seq, prev } = logged;
  const isSame = (end.seq === undefined || end.seq === seq) && (end.prev === undefined || end.prev === prev);
  if (batch !== end.batch || isSame) return undefined;
  const message = `the transaction log has another record ${seq - 1} as the last one of batch ${batch - 1}`;
  return { code: "log-differs", where, batch: batch - 1, seq: Math.max(0, seq - 1), message };
}

/**
 * Compares both ends. `before` is the end of the log before the lines were read, `after` that after it: batches that came
 * meanwhile are in both.
 */
export function endOfLog(
  { before, after }: { readonly before: LoggedHead; readonly after: LoggedHead | undefined },
  end: ChainEnd,
  where: string,
): ChainFinding | undefined {
  const { batch } = end;
  if (before.batch > batch) {
    const from = end.seq === undefined ? "" : ` from record ${end.seq}`;
    const message = `the end is missing${from}: the transaction log has ${before.seq} records and ${before.batch} batches, and the lines have ${batch} batches. Either they were deleted, or a gate ended before it archived them; it does so when it starts`;
    return { code: "missing-end", where, batch, ...(end.seq === undefined ? {} : { seq: end.seq }), message };
  }
  if (after === undefined || after.batch >= batch) return undefined;
  const message = `the transaction log ends before batch ${after.batch}, and the lines have ${batch} batches: it was cut, or an old copy was restored`;
  return { code: "log-differs", where, batch: after.batch, seq: after.seq, message };
}
