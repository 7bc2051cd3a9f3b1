import { batchRootSchema } from "../chain/BatchRoot.ts";
import type { SourceLine } from "../chain/RecordSource.ts";
import { type ChainRange, placeInRange } from "../chain/verify/ChainRange.ts";
import { isCheckpointLine, isRootLine, MAX_BATCH_LINES } from "../chain/verify/readRootLine.ts";
import { parsedJson } from "../parsedJson.ts";

/** A line of an export, with the number of its records: 1 for a record, 0 for a root or checkpoint. */
export interface ExportedLine {
  readonly text: string;
  readonly records: 0 | 1;
}

/**
 * The lines of whole batches of a range, as they are, so that the export can be verified. The root before the first batch is
 * there too: `verify --from` begins with it. Signatures are not checked. Holds one batch in memory.
 */
export async function* chainPart(lines: AsyncIterable<SourceLine>, range: ChainRange): AsyncGenerator<ExportedLine> {
  let batch: string[] = [];
  let before: string | undefined;
  const isAll = range.from === undefined && range.to === undefined;
  for await (const { text } of lines) {
    if (isCheckpointLine(text)) yield { text, records: 0 };
    else if (isAll) yield { text, records: isRootLine(text) ? 0 : 1 };
    else if (!isRootLine(text)) {
      batch.push(text);
      if (batch.length < MAX_BATCH_LINES) continue;
      for (const record of batch) yield { text: record, records: 1 };
      batch = [];
    } else {
      const place = placeOf(text, range);
      if (place === "after") return;
      if (place === "before") before = text;
      else {
        if (before !== undefined) yield { text: before, records: 0 };
        before = undefined;
        for (const record of batch) yield { text: record, records: 1 };
        yield { text, records: 0 };
      }
      batch = [];
    }
  }
  for (const record of batch) yield { text: record, records: 1 };
}

function placeOf(root: string, range: ChainRange): "before" | "in" | "after" {
  const body = /^\{"batch":"[\w-]+\.([\w-]+)\./.exec(root)?.[1] ?? "";
  const { data } = batchRootSchema.safeParse(parsedJson(Buffer.from(body, "base64url").toString("utf8")));
  return data === undefined ? "in" : placeInRange(data, range);
}
