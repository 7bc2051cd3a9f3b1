import type { Decision } from "../../decision/decisionSchema.ts";
import type { Receipt } from "../../writer/ChainWriter.ts";
import { askObject, type ObjectNamespace } from "./askObject.ts";
import type { LatencyBucket } from "./writeLatencyBatch.ts";
import { type MessageBatch, writeLatencyBatch } from "./writeLatencyBatch.ts";

/** Bindings of a Worker for records, beside those of its {@link RecordsObject}s. */
export interface WorkerRecordsEnv {
  /** The Durable Objects of the class `RecordsObject`. Without it no cluster can have the profile `compliance`. */
  readonly POSTERN_RECORDS?: ObjectNamespace;
  /** The R2 bucket for records of the profile `latency` that come from the queue. */
  readonly POSTERN_LATENCY_BUCKET?: LatencyBucket;
}

/** An option of `createWorker`: see {@link workerRecords}. */
export interface WorkerRecords {
  /** Records a decision of a cluster with the profile `compliance`; undefined without the binding. */
  now(env: WorkerRecordsEnv): ((decision: Decision) => Promise<Receipt>) | undefined;
  /** The consumer of the queue. */
  queue(batch: MessageBatch, env: WorkerRecordsEnv): Promise<void>;
}

/**
 * The profile `compliance` for `createWorker(gate, { records: workerRecords() })`, and the consumer of the queue of the
 * profile `latency`. An option, so that a Worker without it has not their code.
 */
export function workerRecords(): WorkerRecords {
  return {
    now({ POSTERN_RECORDS: objects }) {
      return objects === undefined ? undefined : (decision) => askObject(objects, decision);
    },
    async queue(batch, { POSTERN_LATENCY_BUCKET: bucket }) {
      if (bucket === undefined) throw new Error("there is no R2 binding POSTERN_LATENCY_BUCKET");
      await writeLatencyBatch(batch, bucket);
    },
  };
}
