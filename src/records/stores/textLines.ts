import type { SourceLine } from "../chain/RecordSource.ts";

const NEWLINE = 0x0a;
/** Longer than any record, which has 64 KiB. The rest of such a line is skipped. */
const MAX_LINE_BYTES = 128 * 1024;

/**
 * The lines of JSON Lines in bytes, split at newlines only. A line that the writer cannot have written is changed so that no
 * check can take it for a whole one: a last line without a newline ends with `\0cut`, and bytes that are not UTF-8 make
 * `\0not UTF-8`. `name` is where the bytes are from. A line of more than `maxBytes` becomes `\0too long`.
 */
export async function* textLines(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<SourceLine> {
  let [rest, length, line] = [[] as Uint8Array[], 0, 0];
  const keep = (part: Uint8Array): void => {
    length += part.length;
    if (part.length > 0 && length <= maxBytes) rest.push(part);
  };
  const take = (end: string): SourceLine => {
    line += 1;
    const text = `${length > maxBytes ? "\0too long" : textOf(rest)}${end}`;
    [rest, length] = [[], 0];
    return { text, where: `${name}:${line}` };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, at));
      yield take("");
      from = at + 1;
    }
    keep(chunk.slice(from));
  }
  if (length > 0) yield take("\0cut");
}

function textOf(parts: readonly Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
  } catch {
    return "\0not UTF-8";
  }
}
