import { LaterRecords } from "../../records/writer/LaterRecords.ts";
import type { Recorder } from "../../records/writer/Recorder.ts";
import type { Log } from "../../telemetry/Log.ts";
import type { GateMetrics } from "../../telemetry/metrics/GateMetrics.ts";
import { nodeStoreSettings, openNodeStore, type RecordsEnv } from "./openNodeStore.ts";
import { RecordThread } from "./RecordThread.ts";

/** What {@link nodeRecords} needs. */
export interface NodeRecordsDependencies {
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where the lines of the log go: records of the profile `latency` are not written while it is full. */
  readonly output: { readonly writableLength: number };
  /** The script of this process, for a thread that writes to the store. Without it the main thread does. */
  readonly script: string | undefined;
  readonly metrics?: GateMetrics | undefined;
}

/** The recorder of a Node process. */
export interface NodeRecords extends Recorder {
  /** Frees the folder. */
  close(): void;
}

/** More output that nobody reads is memory. */
const MAX_OUTPUT_BYTES = 1024 * 1024;

/**
 * Opens the stores that the environment names. Rejects with `RecordError` `wrong-setting` for a setting that cannot be used,
 * and with `store-in-use` when another process has the folder.
 */
export async function nodeRecords(env: RecordsEnv, deps: NodeRecordsDependencies): Promise<NodeRecords> {
  const { log, now, output, script, metrics } = deps;
  const settings = nodeStoreSettings(env);
  const store =
    settings === undefined || script === undefined
      ? openNodeStore(env, { log, now })
      : await RecordThread.start({ script, args: process.argv.slice(2), log });
  const later = new LaterRecords({
    schedule: setImmediate,
    log,
    onDropped: () => metrics?.recordsDropped(1),
    write: (decision) => {
      if (output.writableLength > MAX_OUTPUT_BYTES) return false;
      log.info("decision", { decision });
      return true;
    },
  });
  // An alert has to see the first one.
  metrics?.recordsDropped(0);
  metrics?.recordError("store-conflict", 0);
  metrics?.recordQueue(() => later.size + (store?.size ?? 0));
  return {
    later: (decide, bytes) => later.later(decide, bytes),
    ...(store === undefined ? {} : { now: (decision) => store.record(decision) }),
    close: () => store?.close(),
  };
}
