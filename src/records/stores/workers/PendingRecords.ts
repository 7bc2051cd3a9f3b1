import { withTimeLimit } from "../../../http/withTimeLimit.ts";
import { writeJson } from "../../../protocol/json/writeJson.ts";
import type { Log } from "../../../telemetry/Log.ts";
import type { Decision } from "../../decision/decisionSchema.ts";
import type { Recorder } from "../../writer/Recorder.ts";

/** What Postern uses of a Queue (a binding of the producer). */
export interface RecordQueue {
  /** At most 100 messages and 256 KB. */
  sendBatch(messages: readonly { readonly body: string; readonly contentType: "text" }[]): Promise<unknown>;
}

/** What {@link PendingRecords} needs. */
export interface PendingRecordsDependencies {
  /** Without a queue, each decision is a line of the log. */
  readonly queue?: RecordQueue | undefined;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called with the number of records that were given up. */
  readonly onDropped?: ((count: number) => void) | undefined;
}

/** What may wait in one isolate, with what is being sent. An isolate has 128 MB. */
const MAX_WAITING = { records: 1000, bytes: 16 * 1024 * 1024 };
/** Limits of one `sendBatch` (developers.cloudflare.com/queues/platform/limits), less what messages have around them. */
const MAX_BATCH = { messages: 100, bytes: 200_000 };
/** For all that one `flush` sends. Workers ends what `waitUntil` has after 30 s, without `finally`: its places would be lost. */
const SEND_LIMIT_MS = 15_000;

interface Waiting {
  readonly decide: () => Promise<Decision>;
  readonly bytes: number;
}

/**
 * Decision records of the profile `latency` on Workers. They wait until an answer is sent. Then `flush`, which the host hands
 * to `waitUntil`, makes them and sends them to the queue, or to the log. What there is no room for, and what
 * the queue refuses, is dropped and counted.
 */
export class PendingRecords implements Recorder {
  readonly #deps: PendingRecordsDependencies;
  #waiting: Waiting[] = [];
  #records = 0;
  #bytes = 0;

  constructor(deps: PendingRecordsDependencies) {
    this.#deps = deps;
  }

  /** The number of records that wait or are being sent. */
  get size(): number {
    return this.#records;
  }

  later(decide: () => Promise<Decision>, bytes: number): void {
    const isFull = this.#records >= MAX_WAITING.records || this.#bytes + bytes > MAX_WAITING.bytes;
    // One that is larger than the limit is taken when nothing else waits.
    if (isFull && this.#records > 0) {
      this.#drop(1, "full");
      return;
    }
    this.#records += 1;
    this.#bytes += bytes;
    this.#waiting.push({ decide, bytes });
  }

  /**
   * Sends all that waits, also what other calls of the isolate left. Resolves when it is sent or dropped, and never rejects. A
   * promise of one call cannot wait for another call on Workers, so each call sends what it finds.
   */
  async flush(): Promise<void> {
    const taken = this.#waiting;
    this.#waiting = [];
    const decisions: Decision[] = [];
    for (const { decide } of taken) {
      try {
        decisions.push(await decide());
      } catch (error) {
        this.#drop(1, "failed", error);
      }
    }
    const { queue, log, now } = this.#deps;
    if (queue === undefined) for (const decision of decisions) log.info("decision", { decision });
    else {
      const until = now() + SEND_LIMIT_MS;
      for (const batch of batchesOf(decisions.map(writeJson))) await this.#send(queue, batch, until - now());
    }
    this.#records -= taken.length;
    for (const { bytes } of taken) this.#bytes -= bytes;
  }

  async #send(queue: RecordQueue, batch: readonly string[], limitMs: number): Promise<void> {
    try {
      const messages = batch.map((body) => ({ body, contentType: "text" }) as const);
      await withTimeLimit(limitMs, () => queue.sendBatch(messages));
    } catch (error) {
      this.#drop(batch.length, "refused", error);
    }
  }

  #drop(count: number, why: "full" | "failed" | "refused", error?: unknown): void {
    this.#deps.onDropped?.(count);
    this.#deps.log.warn("decision records were dropped", {
      code: why,
      count,
      ...(error === undefined ? {} : { error }),
    });
  }
}

/** Lines in their order, as many in each batch as one call may have. */
function batchesOf(lines: readonly string[]): readonly string[][] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const line of lines) {
    const size = new TextEncoder().encode(line).length;
    const batch = batches.at(-1);
    if (batch === undefined || batch.length >= MAX_BATCH.messages || bytes + size > MAX_BATCH.bytes) {
      batches.push([line]);
      bytes = size;
    } else {
      batch.push(line);
      bytes += size;
    }
  }
  return batches;
}
