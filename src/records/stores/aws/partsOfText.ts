import { RecordError } from "../../RecordError.ts";

/** An item of DynamoDB has at most 400 KB, names of attributes included (ServiceQuotas.html). */
export const MAX_PART_BYTES = 380_000;
/** Compressed text of a batch has at most this many parts: 3.4 MB of the 4 MB that a transaction may have. */
export const MAX_PARTS = 9;
/** No text of a batch is longer, in bytes. A compressed text that expands to more was not written here. */
const MAX_TEXT_BYTES = 32 * 1024 * 1024;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Compresses a text (gzip, RFC 1952) and splits it into the parts that fit into items of DynamoDB, at least one. A transaction
 * costs two units for each KB, and the text of records shrinks to a quarter. Rejects with {@link RecordError}
 * `store-unavailable` for a text that has more than {@link MAX_PARTS}.
 */
export async function partsOfText(text: string): Promise<readonly Bytes[]> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  const parts: Bytes[] = [];
  for (let start = 0; start < bytes.length; start += MAX_PART_BYTES)
    parts.push(bytes.subarray(start, start + MAX_PART_BYTES));
  if (parts.length > MAX_PARTS)
    throw new RecordError("store-unavailable", "a batch of records is larger than a transaction of DynamoDB");
  return parts;
}

/** The text of parts. Rejects with {@link RecordError} `store-conflict` when they are not a compressed text. */
export async function textOfParts(parts: readonly Uint8Array[]): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let [text, size] = ["", 0];
  try {
    const packed = new Blob(parts.map((part) => new Uint8Array(part))).stream();
    for await (const chunk of packed.pipeThrough(new DecompressionStream("gzip"))) {
      size += chunk.length;
      if (size > MAX_TEXT_BYTES) throw new RangeError("too long");
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    throw new RecordError("store-conflict", "the log of the records has a batch that cannot be read", { cause: error });
  }
}
