import type { RecordSource } from "../../../records/chain/RecordSource.ts";
import { isCheckpointLine, isRootLine } from "../../../records/chain/verify/readRootLine.ts";
import type { DecisionRecord } from "../../../records/decision/decisionSchema.ts";
import { type RecordFilter, RecordMatcher } from "../../../records/query/RecordMatcher.ts";
import { printable } from "../../../telemetry/printable.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { chooseClusters } from "../source/chooseClusters.ts";
import { Progress } from "../source/Progress.ts";

/** A record that fits, with its line. */
export interface WantedRecord {
  readonly text: string;
  readonly record: DecisionRecord;
}

/** How many records were read. */
export interface ReadCounts {
  readonly records: number;
  /** Lines that are not records, or of another form. */
  readonly unreadable: number;
}

/** How often the progress is considered, in records. */
const PROGRESS_RECORDS = 1_000;
/** Faulty lines that are named. Further ones are counted. */
const MAX_NAMED = 20;

/**
 * Calls `take` for each record of the source that fits, in the order of each chain. A line that should be one and is not is
 * reported on standard error. Throws `CliError` and `RecordError`.
 */
export async function wantedRecords(
  terminal: Terminal,
  source: RecordSource,
  { cluster, filter }: { readonly cluster: string | undefined; readonly filter: RecordFilter },
  take: (wanted: WantedRecord) => void,
): Promise<ReadCounts> {
  const progress = new Progress(terminal, "reading", () => performance.now());
  let [records, unreadable] = [0, 0];
  for (const it of await chooseClusters(source, cluster)) {
    const matcher = await RecordMatcher.create(it, filter);
    for await (const { text, where } of source.lines(it)) {
      if (isRootLine(text) || isCheckpointLine(text)) continue;
      records += 1;
      if (records % PROGRESS_RECORDS === 0) progress.show(it, records);
      const record = matcher.match(text);
      if (record === undefined) continue;
      if (record !== "unreadable") {
        progress.clear();
        take({ text, record });
        continue;
      }
      unreadable += 1;
      if (unreadable > MAX_NAMED) continue;
      progress.clear();
      terminal.stderr.write(
        `postern: ${printable(where)}: is not a record of a known form; see postern records verify\n`,
      );
    }
  }
  progress.clear();
  return { records, unreadable };
}
