import { RecordError } from "../../RecordError.ts";
import type { RecordArchive } from "../../writer/RecordArchive.ts";
import type { S3Bucket } from "./S3Bucket.ts";

/** The tag of batches. The lifecycle rule of the bucket expires objects with it; checkpoints have none and stay. */
export const BATCH_TAG = { name: "postern", value: "batch" } as const;

/** Where and how long an {@link S3Archive} keeps objects. */
export interface S3ArchiveSettings {
  readonly cluster: string;
  /** Before `CLUSTER/KEY`: empty, or a path that ends with `/`. */
  readonly prefix: string;
  /** Retention in milliseconds. Object Lock holds each object for this long. */
  readonly keepMs: number;
  /** The clock of the log, in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The archive of a cluster in a bucket with Object Lock, under `PREFIX CLUSTER/KEY`. An object is written once
 * (`If-None-Match: *`) and locked in compliance mode until its retention ends. A bucket without Object Lock refuses the write.
 * Nothing is deleted here: the role of the function needs no permission for it. The bucket's lifecycle rule expires batches.
 */
export class S3Archive implements RecordArchive {
  readonly #bucket: S3Bucket;
  readonly #settings: S3ArchiveSettings;

  constructor(bucket: S3Bucket, settings: S3ArchiveSettings) {
    this.#bucket = bucket;
    this.#settings = settings;
  }

  async put(key: string, text: string): Promise<void> {
    const { cluster, prefix, keepMs, now } = this.#settings;
    const path = `${prefix}${cluster}/${key}`;
    const tag = key.startsWith("~") ? undefined : BATCH_TAG;
    const outcome = await this.#bucket.create({ key: path, text, retainUntil: new Date(now() + keepMs), tag });
    if (outcome === "created") return;
    const stored = await this.#readAtMost(path, text.length * 3);
    if (stored === undefined) throw new RecordError("store-unavailable", "S3 PutObject: another write of the key runs");
    if (stored !== text)
      throw new RecordError("store-conflict", `the archive has another text at ${path} in ${this.#bucket.name}`);
  }

  async deleteBefore(): Promise<void> {
    // The lifecycle rule does it, see the class.
  }

  /** The text at a path; undefined where there is none. Empty for a longer one, and U+FFFD for bytes that are not UTF-8. */
  async #readAtMost(path: string, maxBytes: number): Promise<string | undefined> {
    try {
      const bytes = await this.#bucket.read(path, maxBytes);
      return bytes && new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    } catch (error) {
      if (error instanceof RecordError && error.cause instanceof RangeError) return "";
      throw error;
    }
  }
}
