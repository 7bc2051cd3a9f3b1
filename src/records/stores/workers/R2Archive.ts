import { TimeLimitError } from "../../../http/TimeLimitError.ts";
import { withTimeLimit } from "../../../http/withTimeLimit.ts";
import { batchKey } from "../../chain/batchText.ts";
import { RecordError } from "../../RecordError.ts";
import type { RecordArchive } from "../../writer/RecordArchive.ts";

/** What Postern uses of an R2 bucket (a binding). */
export interface RecordBucket {
  /** Resolves to null when the condition does not hold. */
  put(
    key: string,
    text: string,
    options?: { readonly onlyIf: { readonly etagDoesNotMatch: string } },
  ): Promise<unknown>;
  get(key: string): Promise<{ text(): Promise<string> } | null>;
  /** At most 1,000 keys. */
  delete(keys: string[]): Promise<void>;
  list(options: { readonly prefix: string; readonly limit: number }): Promise<{
    readonly objects: readonly { readonly key: string }[];
  }>;
}

/** The time that one call may take. */
const LIMIT_MS = 5_000;
/** Keys of one list and one deletion (developers.cloudflare.com/r2/api/workers/workers-api-reference). */
const PAGE = 1000;
/** Pages that one call of `deleteBefore` deletes: one run of an object may make 1,000 calls of R2. */
const MAX_PAGES = 400;

/**
 * The batches of a cluster in an R2 bucket, under `CLUSTER/KEY`. A put has the condition that the key has no object: this
 * writer never replaces one. R2 has stored an object durably once a put resolves, and shows it to all readers from then on.
 *
 * Against other writers the bucket needs a lock rule. Rules are configuration: whoever may edit the bucket can remove them,
 * and then delete objects. There is no mode in which nobody can, as S3 Object Lock has. What was deleted or changed is found
 * by `postern records verify`.
 */
export class R2Archive implements RecordArchive {
  readonly #bucket: RecordBucket;
  readonly #prefix: string;
  readonly #limitMs: number;

  constructor(bucket: RecordBucket, cluster: string, limitMs: number = LIMIT_MS) {
    this.#bucket = bucket;
    this.#prefix = `${cluster}/`;
    this.#limitMs = limitMs;
  }

  async put(key: string, text: string): Promise<void> {
    const path = this.#prefix + key;
    const put = await this.#call(() => this.#bucket.put(path, text, { onlyIf: { etagDoesNotMatch: "*" } }));
    if (put !== null) return;
    const found = await this.#call(async () => (await this.#bucket.get(path))?.text());
    if (found === undefined) throw new RecordError("store-unavailable", `R2 has ${path}, and does not return it`);
    if (found !== text) throw new RecordError("store-conflict", `R2 has another text under ${path}`);
  }

  /** What a lock rule still holds stays, and the next run tries again. Rejects when more is left than one run may delete. */
  async deleteBefore(batch: number): Promise<void> {
    for (let page = 0; page < MAX_PAGES; page += 1) {
      // In the order of keys, so batches come first.
      const { objects } = await this.#call(() => this.#bucket.list({ prefix: this.#prefix, limit: PAGE }));
      const keys = objects.map(({ key }) => key).filter((key) => key < this.#prefix + batchKey(batch));
      if (keys.length > 0 && !(await this.#isDeleted(keys))) return;
      if (keys.length < PAGE) return;
    }
    throw new RecordError("store-unavailable", "there is more to delete than one run may");
  }

  async #isDeleted(keys: string[]): Promise<boolean> {
    try {
      await this.#call(() => this.#bucket.delete(keys));
      return true;
    } catch {
      return false;
    }
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await withTimeLimit(this.#limitMs, call);
    } catch (cause) {
      const what = cause instanceof TimeLimitError ? "did not answer in time" : "refused a call";
      throw new RecordError("store-unavailable", `R2 ${what}`, { cause });
    }
  }
}
