import type { LoggedHead, RecordSource, SourceLine } from "../../chain/RecordSource.ts";
import { RecordError } from "../../RecordError.ts";
import { textLines } from "../textLines.ts";
import type { S3Bucket } from "./S3Bucket.ts";

/** No batch is longer, in bytes: 256 records of 64 KiB, see `GroupCommit`. */
const MAX_OBJECT_BYTES = 32 * 1024 * 1024;

/** Where an {@link S3Source} reads. */
export interface S3SourceSettings {
  readonly bucket: S3Bucket;
  /** Before `CLUSTER/KEY`: empty, or a path that ends with `/`. */
  readonly prefix: string;
  /** The head of the transaction log of a cluster, for a reader that may read the table too. */
  readonly head?: (cluster: string) => Promise<LoggedHead | undefined>;
}

/** Records in a bucket of S3, or of a store with its API such as R2. Reads one object at a time. See `S3Archive`. */
export class S3Source implements RecordSource {
  readonly name: string;
  readonly loggedHead?: (cluster: string) => Promise<LoggedHead | undefined>;
  readonly #bucket: S3Bucket;
  readonly #prefix: string;

  constructor({ bucket, prefix, head }: S3SourceSettings) {
    this.name = `s3://${bucket.name}/${prefix}`;
    this.#bucket = bucket;
    this.#prefix = prefix;
    if (head !== undefined) this.loggedHead = head;
  }

  async clusters(): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const { prefixes } of this.#bucket.list(this.#prefix, "/"))
      found.push(...prefixes.map((it) => it.slice(this.#prefix.length, -1)));
    return found;
  }

  async *lines(cluster: string): AsyncIterable<SourceLine> {
    const folder = `${this.#prefix}${cluster}/`;
    // `~` sorts after the digits of batches, and checkpoints come first in a source.
    yield* this.#linesOf(`${folder}~`, () => true);
    yield* this.#linesOf(folder, (key) => !key.startsWith(`${folder}~`));
  }

  async *#linesOf(prefix: string, isWanted: (key: string) => boolean): AsyncIterable<SourceLine> {
    for await (const { keys } of this.#bucket.list(prefix)) {
      for (const key of keys.filter(isWanted)) {
        const bytes = await this.#bucket.read(key, MAX_OBJECT_BYTES);
        if (bytes === undefined)
          throw new RecordError("store-unavailable", `${key} was deleted while the bucket was read; try again`);
        yield* textLines(new Blob([new Uint8Array(bytes)]).stream(), `s3://${this.#bucket.name}/${key}`);
      }
    }
  }
}
