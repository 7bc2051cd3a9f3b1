import { batchText } from "../../../src/records/chain/batchText.ts";
import type { ChainHead } from "../../../src/records/chain/ChainHead.ts";
import { EMPTY_CHAIN } from "../../../src/records/chain/ChainHead.ts";
import type { RecordArchive } from "../../../src/records/writer/RecordArchive.ts";
import type { LoggedBatch, RecordLog } from "../../../src/records/writer/RecordLog.ts";

/** A transaction log in memory. Its clock advances by a second for each batch. */
export class MemoryLog implements RecordLog {
  readonly batches: LoggedBatch[] = [];
  readonly #startMs: number;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  now = (): number => this.#startMs + 1000 * this.batches.length;

  head = async (): Promise<ChainHead> => this.batches.at(-1)?.sealed.head ?? EMPTY_CHAIN;

  find = async (): Promise<readonly []> => [];

  async append(batch: LoggedBatch): Promise<"appended"> {
    this.batches.push(batch);
    return "appended";
  }

  unarchived = async (): Promise<readonly { readonly batch: number; readonly text: string }[]> =>
    this.batches.map(({ sealed }) => ({ batch: sealed.batch, text: batchText(sealed) }));
}

/** An archive in memory. */
export class MemoryArchive implements RecordArchive {
  readonly texts = new Map<string, string>();

  async put(key: string, text: string): Promise<void> {
    this.texts.set(key, text);
  }

  async deleteBefore(): Promise<void> {}
}
