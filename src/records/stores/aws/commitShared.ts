import type { Decision } from "../../decision/decisionSchema.ts";
import { RecordError } from "../../RecordError.ts";
import type { ChainWriter, Receipt } from "../../writer/ChainWriter.ts";
import type { WaitingDecisions } from "./WaitingDecisions.ts";

/** What {@link commitShared} needs. */
export interface SharedCommit {
  readonly writer: Pick<ChainWriter, "attempt">;
  readonly waiting: Pick<WaitingDecisions, "add" | "others" | "remove">;
  /** The most records of one batch. */
  readonly batch: number;
  /** Waits for a random time of at most so many milliseconds. */
  readonly pause: (longestMs: number) => Promise<void>;
}

const MAX_ATTEMPTS = 12;
/** The longest wait after the first conflict, which doubles with each, and the longest of all. Milliseconds. */
const FIRST_WAIT_MS = 20;
const MAX_WAIT_MS = 400;

/**
 * Commits decisions to a chain that many instances write. A Lambda instance has one call at a time, so each concurrent review
 * of a cluster is a writer of its own, and only one of them can append the next batch:
 *
 * | attempt | when another writer was faster |
 * |---|---|
 * | the first: the decisions | they are put where all instances see them |
 * | each further one, after a random wait: the decisions, and all others that wait | it is repeated |
 *
 * So the batch of the fastest writer has the decisions of those that lost, and they find theirs on record. Rejects with
 * {@link RecordError}.
 */
export async function commitShared(
  own: readonly Decision[],
  { writer, waiting, batch, pause }: SharedCommit,
): Promise<readonly Receipt[]> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const others = attempt === 0 ? [] : await waiting.others(own, batch - own.length);
    const receipts = await writer.attempt([...own, ...others]);
    if (receipts !== undefined) {
      // All are on record. An item that stays is committed again by another instance, which changes nothing.
      if (attempt > 0) await waiting.remove([...own, ...others]).catch(() => undefined);
      return receipts.slice(0, own.length);
    }
    if (attempt === 0) await waiting.add(own);
    await pause(Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt));
  }
  throw new RecordError("store-unavailable", "other writers of the chain were always faster; try again");
}
