import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import { RecordError } from "../../RecordError.ts";
import { sha256 } from "../../sha256.ts";
import { callAws, nameOf, statusOf } from "./awsFailure.ts";
import type { S3Access } from "./openS3.ts";

/** How an object is locked and tagged. */
export interface NewObject {
  readonly key: string;
  readonly text: string;
  /** Until when nobody can delete the version, not even the root user (Object Lock in compliance mode). */
  readonly retainUntil?: Date | undefined;
  /** A tag that lifecycle rules filter by. */
  readonly tag?: { readonly name: string; readonly value: string } | undefined;
}

/** Keys and common prefixes below a prefix, in the order of UTF-8. */
export interface S3Listing {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
}

/** A bucket. Each call has a time limit. All methods reject with {@link RecordError} `store-unavailable`. */
export class S3Bucket {
  readonly name: string;
  readonly #access: S3Access;
  readonly #pageKeys: number;

  /** `pageKeys`: keys of one page of a listing. S3 returns at most 1,000. */
  constructor(name: string, access: S3Access, pageKeys = 1_000) {
    this.name = name;
    this.#access = access;
    this.#pageKeys = pageKeys;
  }

  /** Writes an object under a key that has none (`If-None-Match: *`). `exists`: the key has an object, or gets one now. */
  async create({ key, text, retainUntil, tag }: NewObject): Promise<"created" | "exists"> {
    const { sdk, client, limits } = this.#access;
    const body = new TextEncoder().encode(text);
    const checksum = btoa(String.fromCharCode(...(await sha256(body))));
    const input: PutObjectCommandInput = {
      Bucket: this.name,
      Key: key,
      Body: body,
      ContentType: "application/x-ndjson",
      IfNoneMatch: "*",
      ChecksumAlgorithm: "SHA256",
      ChecksumSHA256: checksum,
      ...(retainUntil === undefined ? {} : { ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: retainUntil }),
      ...(tag === undefined ? {} : { Tagging: `${encodeURIComponent(tag.name)}=${encodeURIComponent(tag.value)}` }),
    };
    return callAws("S3 PutObject", limits.callMs, async (abortSignal) => {
      try {
        const { ChecksumSHA256 } = await client.send(new sdk.PutObjectCommand(input), { abortSignal });
        // Any answer with status 200 is a success for the SDK, also one of a proxy.
        if (ChecksumSHA256 === checksum) return "created";
        throw new RecordError("store-unavailable", "S3 PutObject: the answer has not the checksum of the object");
      } catch (error) {
        // 409: another write of the same key runs (AmazonS3/latest/userguide/conditional-writes.html).
        if (statusOf(error) === 412 || (statusOf(error) === 409 && nameOf(error) === "ConditionalRequestConflict"))
          return "exists";
        throw error;
      }
    });
  }

  /** The bytes of an object; undefined where there is none. Rejects with the cause `RangeError` for more than `maxBytes`. */
  async read(key: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const { sdk, client, limits } = this.#access;
    return callAws("S3 GetObject", limits.callMs, async (abortSignal) => {
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: this.name, Key: key }), { abortSignal });
        return await boundedBytes(Body?.transformToWebStream(), maxBytes);
      } catch (error) {
        if (nameOf(error) === "NoSuchKey") return undefined;
        if (!(error instanceof RangeError)) throw error;
        const message = `S3 GetObject: ${key} has more than ${maxBytes} bytes`;
        throw new RecordError("store-unavailable", message, { cause: error });
      }
    });
  }

  /** The keys below a prefix, page by page. With `delimiter` also the parts up to it. */
  async *list(prefix: string, delimiter?: string): AsyncIterable<S3Listing> {
    const { sdk, client, limits } = this.#access;
    let token: string | undefined;
    do {
      const command = new sdk.ListObjectsV2Command({
        Bucket: this.name,
        Prefix: prefix,
        MaxKeys: this.#pageKeys,
        ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      });
      const page = await callAws("S3 ListObjectsV2", limits.callMs, (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      yield {
        keys: (page.Contents ?? []).flatMap(({ Key }) => Key ?? []),
        prefixes: (page.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []),
      };
      if (page.IsTruncated === true && (page.NextContinuationToken ?? token) === token)
        throw new RecordError("store-unavailable", "S3 ListObjectsV2: the answer has no next page");
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }
}

async function boundedBytes(stream: ReadableStream<Uint8Array> | undefined, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of stream ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new RangeError("too long");
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
