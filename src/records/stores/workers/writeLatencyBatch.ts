import * as z from "zod/mini";
import { withTimeLimit } from "../../../http/withTimeLimit.ts";
import { hexOf, sha256 } from "../../sha256.ts";

/** What Postern uses of a batch that a queue delivers. */
export interface MessageBatch {
  readonly messages: readonly QueuedMessage[];
}

interface QueuedMessage {
  readonly id: string;
  readonly timestamp: Date;
  /** A decision as JSON, see `PendingRecords`. */
  readonly body: unknown;
}

/** What Postern uses of the bucket of these records. */
export interface LatencyBucket {
  put(key: string, text: string): Promise<unknown>;
}

/** The time that one put may take. */
const LIMIT_MS = 10_000;

/** What the path of an object is made of. The names of clusters are those of `protocol/gateUrl.ts`. */
const queuedSchema = z.looseObject({ cluster: z.string().check(z.regex(/^\w[\w.-]*$/)) });

/**
 * Writes the messages of one batch to `latency/CLUSTER/DATE/HASH.jsonl`: one decision a line, in the order of the queue. DATE is
 * the day (UTC) of the first message. HASH is that of the ids of the messages: a batch that is delivered again replaces its
 * object. A queue delivers at least once, and may put a message into another batch then: readers drop a line whose
 * `request.uid` and `request.digest` they have. Rejects when R2 fails, and the queue delivers the batch again. Messages that
 * are no decisions go to `latency/~other/`.
 */
export async function writeLatencyBatch({ messages }: MessageBatch, bucket: LatencyBucket): Promise<void> {
  for (const [cluster, group] of Map.groupBy(messages, clusterOf)) {
    const date = (group[0]?.timestamp ?? new Date(0)).toISOString().slice(0, 10);
    const ids = hexOf(await sha256(group.map(({ id }) => id).join("\n")));
    const text = group.map(({ body }) => `${lineOf(body)}\n`).join("");
    await withTimeLimit(LIMIT_MS, () => bucket.put(`latency/${cluster}/${date}/${ids.slice(0, 32)}.jsonl`, text));
  }
}

function clusterOf({ body }: QueuedMessage): string {
  const decoded = z.safeParse(queuedSchema, parsed(body));
  return decoded.success ? decoded.data.cluster : "~other";
}

function parsed(body: unknown): unknown {
  try {
    return typeof body === "string" ? JSON.parse(body) : body;
  } catch {
    return undefined;
  }
}

function lineOf(body: unknown): string {
  return typeof body === "string" && parsed(body) !== undefined ? body : JSON.stringify(body ?? null);
}
