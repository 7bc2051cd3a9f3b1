import { describe, expect, it } from "vitest";
import { batchText } from "../../../src/records/chain/batchText.ts";
import { EMPTY_CHAIN } from "../../../src/records/chain/ChainHead.ts";
import { RecordError } from "../../../src/records/RecordError.ts";
import { ChainWriter } from "../../../src/records/writer/ChainWriter.ts";
import type { RecordArchive } from "../../../src/records/writer/RecordArchive.ts";
import type { DecisionKey, KnownRecord, LoggedBatch, RecordLog } from "../../../src/records/writer/RecordLog.ts";
import { START_MS, testDecision, testKey } from "../chain/testChain.ts";

/** A log in memory that several writers append to, as instances of a Lambda do. */
class SharedLog implements RecordLog {
  readonly batches: LoggedBatch[] = [];
  #archived = 0;

  now = (): number => START_MS;
  head = async () => this.batches.at(-1)?.sealed.head ?? EMPTY_CHAIN;

  async find(keys: readonly DecisionKey[]): Promise<readonly KnownRecord[]> {
    const calls = new Set(keys.map(({ call }) => call));
    return this.batches.flatMap(({ sealed, keys: own }) =>
      sealed.records.flatMap(({ seq, leaf }, index) => {
        const key = own[index];
        return key !== undefined && calls.has(key.call) ? [{ ...key, seq, leaf }] : [];
      }),
    );
  }

  async append(batch: LoggedBatch, archived: number): Promise<"appended" | "conflict"> {
    if (batch.sealed.batch !== this.batches.length) return "conflict";
    this.batches.push(batch);
    this.#archived = archived;
    return "appended";
  }

  unarchived = async () =>
    this.batches.slice(this.#archived).map(({ sealed }) => ({ batch: sealed.batch, text: batchText(sealed) }));
}

/** An archive in memory that can be out of reach. */
class TestArchive implements RecordArchive {
  readonly texts = new Map<string, string>();
  isReachable = true;

  async put(key: string, text: string): Promise<void> {
    if (!this.isReachable) throw new RecordError("store-unavailable", "the archive is out of reach");
    this.texts.set(key, text);
  }

  async deleteBefore(): Promise<void> {}
}

function stores() {
  const log = new SharedLog();
  const archive = new TestArchive();
  const { signer } = testKey();
  return { log, archive, writer: () => new ChainWriter("production", { log, archive, signer }) };
}

describe("ChainWriter", () => {
  it("gives no receipt of a record that another writer logged and could not archive", async () => {
    const { log, archive, writer } = stores();
    const [one, other] = [writer(), writer()];
    await other.commit([testDecision(0)]);
    archive.isReachable = false;
    await expect(one.commit([testDecision(1)])).rejects.toMatchObject({ code: "store-unavailable" });
    archive.isReachable = true;
    await one.commit([testDecision(1)]);
    archive.isReachable = false;
    await expect(one.commit([testDecision(2)])).rejects.toMatchObject({ code: "store-unavailable" });
    expect([log.batches.length, archive.texts.size]).toEqual([3, 2]);
    // The API server sends the call again, and another instance has it.
    await expect(other.commit([testDecision(2)])).rejects.toMatchObject({ code: "store-unavailable" });
    archive.isReachable = true;
    const [receipt] = await other.commit([testDecision(2)]);
    expect(receipt?.seq).toBe(2);
    expect([log.batches.length, archive.texts.size]).toEqual([3, 3]);
  });
});
