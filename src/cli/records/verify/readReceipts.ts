import { createReadStream } from "node:fs";
import * as z from "zod";
import type { ExpectedRecord } from "../../../records/chain/verify/ExpectedRecords.ts";
import { parsedJson } from "../../../records/parsedJson.ts";
import { textLines } from "../../../records/stores/textLines.ts";
import { CliError } from "../../terminal/CliError.ts";
import { readFault } from "../../terminal/readFault.ts";

/** What is read of an event of the API server's audit log (audit.k8s.io/v1). */
const eventSchema = z.object({
  kind: z.optional(z.string()),
  requestReceivedTimestamp: z.optional(z.string()),
  stageTimestamp: z.optional(z.string()),
  annotations: z.optional(z.record(z.string(), z.string())),
});

/** An event at the level RequestResponse has the object twice. An object of etcd has a few megabytes. */
const MAX_EVENT_BYTES = 32 * 1024 * 1024;

/**
 * The receipts in an audit log of an API server in JSON Lines: annotations whose key ends in `/receipt`. All are held in
 * memory, about 200 bytes each. Throws {@link CliError} `unreadable-input` for a file without events.
 */
export async function readReceipts(file: string): Promise<readonly ExpectedRecord[]> {
  const receipts: ExpectedRecord[] = [];
  let events = 0;
  try {
    for await (const { text, where } of textLines(createReadStream(file), file, MAX_EVENT_BYTES)) {
      const { data } = eventSchema.safeParse(text.includes('"audit.k8s.io/') ? parsedJson(text) : undefined);
      if (data === undefined) continue;
      events += 1;
      const times = timesOf(data);
      for (const [name, leaf] of Object.entries(data.annotations ?? {}))
        if (name.endsWith("/receipt") && /^[0-9a-f]{64}$/.test(leaf)) receipts.push({ leaf, where, ...times });
    }
  } catch (error) {
    throw new CliError("unreadable-input", `--receipts: ${file} ${readFault(error)}`, error);
  }
  if (events === 0)
    throw new CliError("unreadable-input", `--receipts: ${file} has no audit events in JSON Lines (audit.k8s.io/v1)`);
  return receipts;
}

/** A record is written between the arrival of the request and its last stage. */
function timesOf({
  requestReceivedTimestamp = "",
  stageTimestamp = "",
}: z.infer<typeof eventSchema>): Pick<ExpectedRecord, "sinceMs" | "untilMs"> {
  const [sinceMs, untilMs] = [Date.parse(requestReceivedTimestamp), Date.parse(stageTimestamp)];
  return {
    ...(Number.isNaN(sinceMs) ? {} : { sinceMs }),
    ...(Number.isNaN(untilMs) ? {} : { untilMs }),
  };
}
