import type { LoggedHead, SourceLine } from "./RecordSource.ts";
import { ChainCheck } from "./verify/ChainCheck.ts";
import { type ChainRange, placeInRange } from "./verify/ChainRange.ts";
import type { ChainReport } from "./verify/ChainReport.ts";
import { type ExpectedRecord, ExpectedRecords } from "./verify/ExpectedRecords.ts";
import { endOfLog, passedLog } from "./verify/endOfLog.ts";
import { type ChainFinding, Findings } from "./verify/Findings.ts";
import {
  isCheckpointLine,
  isRootLine,
  MAX_BATCH_LINES,
  readCheckpointLine,
  readRootLine,
} from "./verify/readRootLine.ts";
import type { TrustedKeys } from "./verify/TrustedKeys.ts";

/** What a chain is verified with. */
export interface VerifyOptions {
  readonly cluster: string;
  readonly keys: TrustedKeys;
  /** Records that something outside the store knows: receipts, and a head that was noted. */
  readonly expected?: Iterable<ExpectedRecord>;
  /** The end of the transaction log. Asked before and after the lines are read, because a gate may write meanwhile. */
  readonly loggedHead?: (() => Promise<LoggedHead | undefined>) | undefined;
  /** Default: all. */
  readonly range?: ChainRange;
  /** Findings that are listed. Further ones are counted. Default: 20. */
  readonly limit?: number;
  /** Called after each batch with the number of records up to now. */
  readonly onProgress?: (records: number) => void;
}

/**
 * Verifies the chain of one cluster: each record, each root, each link, and the end. Holds one batch in memory. What nothing
 * outside the lines knows cannot be found: that the last batches were deleted, together with those of the log.
 * Rejects as `lines` does.
 */
export async function verifyChain(lines: AsyncIterable<SourceLine>, options: VerifyOptions): Promise<ChainReport> {
  const { cluster, keys, range = {}, onProgress } = options;
  const findings = new Findings(options.limit ?? 20);
  const expected = new ExpectedRecords(options.expected ?? []);
  const check = new ChainCheck({ cluster, findings, expected });
  const logged = await options.loggedHead?.();
  const counts = { records: 0, batches: 0, checkpoints: 0, size: 0 };
  let pending: SourceLine[] = [];
  let lastWhere = cluster;
  let isWhole = true;
  let isStarted = range.from === undefined;
  let anchor: ReturnType<typeof readRootLine> | undefined;
  for await (const line of lines) {
    counts.size += line.text.length + 1;
    lastWhere = line.where;
    if (isCheckpointLine(line.text)) {
      counts.checkpoints += 1;
      addCheckpoint(line);
    } else if (isRootLine(line.text)) {
      const root = readRootLine(line.text, keys);
      const place = root.content === undefined ? "in" : placeInRange(root.content, range);
      if (place === "before" && !isStarted) anchor = root.fault === undefined ? root : undefined;
      else {
        if (!isStarted && anchor !== undefined) check.startAfter(anchor);
        isStarted = true;
        // Any other root may have been put there to end the verification early, and counts as one of the range.
        if (place === "after" && check.isNext(root)) {
          pending = [];
          isWhole = false;
          break;
        }
        counts.records += check.addBatch(pending, line, root);
        counts.batches += 1;
        onProgress?.(counts.records);
        if (logged !== undefined) add(passedLog(logged, check.end, line.where));
      }
      pending = [];
    } else {
      pending.push(line);
      if (pending.length < MAX_BATCH_LINES) continue;
      check.addRest(pending);
      pending = [];
    }
  }
  // The range begins after the last batch: the ends are compared nevertheless.
  if (!isStarted && anchor !== undefined) check.startAfter(anchor);
  if (isWhole) {
    check.addRest(pending);
    check.addEnd(lastWhere);
    const ends = logged === undefined ? undefined : { before: logged, after: await options.loggedHead?.() };
    if (ends !== undefined) add(endOfLog(ends, check.end, lastWhere));
  }
  const span = { first: check.first, last: isWhole ? undefined : check.head };
  const { findings: missing, others } = expected.missing(span);
  for (const finding of missing) findings.add(finding);
  return {
    cluster,
    ...counts,
    ...(check.first === undefined ? {} : { first: check.first }),
    ...(check.head === undefined ? {} : { head: check.head }),
    receipts: expected.found,
    otherReceipts: others,
    findings: findings.first,
    findingCount: findings.count,
  };

  function add(finding: ChainFinding | undefined): void {
    if (finding !== undefined) findings.add(finding);
  }

  function addCheckpoint({ text, where }: SourceLine): void {
    const { content, fault, kid } = readCheckpointLine(text, keys);
    if (content !== undefined && fault === undefined) check.addCheckpoint(content, where);
    else if (fault === "unknown-key")
      findings.add({
        code: fault,
        where,
        message: `the checkpoint is signed with the key ${kid}, which is not trusted`,
      });
    else if (fault === "wrong-signature")
      findings.add({ code: fault, where, message: `the signature of the checkpoint does not match` });
    else findings.add({ code: "unreadable-root", where, message: "the checkpoint cannot be read" });
  }
}
