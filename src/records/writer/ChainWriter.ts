import { batchKey, batchText } from "../chain/batchText.ts";
import type { ChainHead } from "../chain/ChainHead.ts";
import type { RecordSigner } from "../chain/RecordSigner.ts";
import { type NewDecision, sealBatch } from "../chain/sealBatch.ts";
import type { Decision } from "../decision/decisionSchema.ts";
import { RecordError } from "../RecordError.ts";
import { decisionKey } from "./decisionKey.ts";
import type { RecordArchive } from "./RecordArchive.ts";
import type { DecisionKey, KnownRecord, RecordLog } from "./RecordLog.ts";

/** Confirms that a decision is on record in both stores. */
export interface Receipt {
  /** The leaf hash of the record, in hex. */
  readonly leaf: string;
  readonly seq: number;
}

/** What a {@link ChainWriter} needs. */
export interface ChainStores {
  readonly log: RecordLog;
  readonly archive: RecordArchive;
  readonly signer: RecordSigner;
}

/** Other writers may append between a read of the head and the append. Each attempt that loses means that another won. */
const MAX_ATTEMPTS = 12;

interface Planned {
  readonly fresh: readonly (NewDecision & { readonly key: DecisionKey })[];
  /** For each decision of the commit: its index in `fresh`, or the receipt of the record that exists. */
  readonly places: readonly (number | Receipt)[];
}

/**
 * Writes decisions of one cluster to its chain. One commit at a time:
 *
 * | step | when it fails |
 * |---|---|
 * | read the head, after the start and after each failure | nothing is written |
 * | archive batches that only the log has | nothing is written |
 * | find records of the same calls: the same decision keeps its record. One that is behind the head is of another writer: begin again | nothing is written |
 * | seal a batch and append it to the log | unknown whether it is written; the next commit reads the head |
 * | put the batch into the archive | it is in the log, and the next commit archives it first |
 *
 * A decision has a receipt only after the last step.
 */
export class ChainWriter {
  readonly cluster: string;
  readonly #stores: ChainStores;
  #head: ChainHead | undefined;

  constructor(cluster: string, stores: ChainStores) {
    this.cluster = cluster;
    this.#stores = stores;
  }

  /** Resolves to one receipt for each decision, in their order. Rejects with {@link RecordError}; then none has one. */
  async commit(decisions: readonly Decision[]): Promise<readonly Receipt[]> {
    const keys = await Promise.all(decisions.map(decisionKey));
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const receipts = await this.#try(decisions, keys);
      if (receipts !== undefined) return receipts;
    }
    throw new RecordError("store-unavailable", "other writers of the chain were always faster; try again");
  }

  /** One attempt of {@link commit}, for a writer with many others beside it. Resolves to undefined when one was faster. */
  async attempt(decisions: readonly Decision[]): Promise<readonly Receipt[] | undefined> {
    return this.#try(decisions, await Promise.all(decisions.map(decisionKey)));
  }

  /** Undefined when another writer was faster. */
  async #try(decisions: readonly Decision[], keys: readonly DecisionKey[]): Promise<readonly Receipt[] | undefined> {
    const { log, archive, signer } = this.#stores;
    const head = this.#head ?? (await this.#recovered());
    this.#head = undefined;
    const found = await log.find(keys);
    // Another writer has logged these after the head was read. The archive may not have them.
    if (found.some(({ seq }) => seq >= head.seq)) return undefined;
    const { fresh, places } = plan(decisions, keys, found);
    if (fresh.length === 0) {
      this.#head = head;
      return receiptsOf(places, []);
    }
    const sealed = await sealBatch(this.cluster, head, fresh, { signer, nowMs: log.now() });
    if ((await log.append({ sealed, keys: fresh.map(({ key }) => key) }, head.batch)) === "conflict") return undefined;
    await archive.put(batchKey(sealed.batch), batchText(sealed));
    this.#head = sealed.head;
    return receiptsOf(places, sealed.records);
  }

  /** The head of the log, once the archive has all that the log has. */
  async #recovered(): Promise<ChainHead> {
    const { log, archive } = this.#stores;
    const head = await log.head();
    for (const { batch, text } of await log.unarchived()) await archive.put(batchKey(batch), text);
    return head;
  }
}

function plan(decisions: readonly Decision[], keys: readonly DecisionKey[], found: readonly KnownRecord[]): Planned {
  const fresh: (NewDecision & { readonly key: DecisionKey })[] = [];
  const places: (number | Receipt)[] = [];
  for (const [index, decision] of decisions.entries()) {
    const key = keys[index];
    if (key === undefined) throw new TypeError("a decision has no key");
    const same = found.filter(({ call }) => call === key.call);
    const known = same.find((it) => isSame(it, key));
    const twin = fresh.findIndex((it) => it.key.call === key.call && isSame(it.key, key));
    if (known !== undefined) places.push({ leaf: known.leaf, seq: known.seq });
    else if (twin >= 0) places.push(twin);
    else {
      const others = [...same, ...fresh.map((it) => it.key).filter(({ call }) => call === key.call)];
      places.push(fresh.length);
      fresh.push({ decision, key, repeats: repeatsOf(key, others) });
    }
  }
  return { fresh, places };
}

function isSame(one: DecisionKey, other: DecisionKey): boolean {
  return one.digest === other.digest && one.verdict === other.verdict;
}

function repeatsOf(key: DecisionKey, others: readonly DecisionKey[]): NewDecision["repeats"] {
  if (others.length === 0) return undefined;
  return others.some(({ digest }) => digest === key.digest) ? "other-verdict" : "other-request";
}

function receiptsOf(places: readonly (number | Receipt)[], records: readonly Receipt[]): readonly Receipt[] {
  return places.map((place) => {
    const receipt = typeof place === "number" ? records[place] : place;
    if (receipt === undefined) throw new TypeError("a record of a batch is missing");
    return { leaf: receipt.leaf, seq: receipt.seq };
  });
}
