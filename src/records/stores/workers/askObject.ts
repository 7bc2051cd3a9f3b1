import * as z from "zod/mini";
import { TimeLimitError } from "../../../http/TimeLimitError.ts";
import { withTimeLimit } from "../../../http/withTimeLimit.ts";
import { writeJson } from "../../../protocol/json/writeJson.ts";
import type { Decision } from "../../decision/decisionSchema.ts";
import { RecordError } from "../../RecordError.ts";
import type { Receipt } from "../../writer/ChainWriter.ts";
import { commitAnswerSchema } from "./CommitRequest.ts";

/** What Postern uses of a namespace of Durable Objects (a binding). */
export interface ObjectNamespace {
  idFromName(name: string): ObjectId;
  get(id: ObjectId): { fetch(url: string, init: RequestInit): Promise<Response> };
}

/** Opaque. */
export interface ObjectId {
  toString(): string;
}

/** The longest time that one decision may take. The deadline of the call is mostly earlier: webhooks have 10 s by default. */
export const ASK_LIMIT_MS = 10_000;

/**
 * Asks the object of a decision's cluster to record it, and resolves to its receipt. Rejects with {@link RecordError}:
 * `too-late` when there is no answer in time, `store-unavailable` when the object cannot be reached, or the object's own error.
 */
export async function askObject(
  objects: ObjectNamespace,
  decision: Decision,
  limitMs: number = ASK_LIMIT_MS,
): Promise<Receipt> {
  const { cluster } = decision;
  const body = writeJson({ cluster, remainingMs: limitMs, decisions: [decision] });
  const answer = await withTimeLimit(limitMs, async () => {
    const object = objects.get(objects.idFromName(cluster));
    const response = await object.fetch("https://records/commit", { method: "POST", body });
    return z.parse(commitAnswerSchema, await response.json());
  }).catch((cause: unknown): never => {
    if (cause instanceof TimeLimitError)
      throw new RecordError("too-late", "the object of the records did not answer in time", { cause });
    throw new RecordError("store-unavailable", "the object of the records cannot be reached", { cause });
  });
  if ("error" in answer) throw new RecordError(answer.error.code, answer.error.message);
  const [receipt] = answer.receipts;
  if (receipt === undefined) throw new RecordError("store-unavailable", "the object of the records sent no receipt");
  return receipt;
}
