/** A PEM block as Go's encoding/pem decodes it. */
export interface PemBlock {
  /** The text between `-----BEGIN ` and `-----`. */
  readonly type: string;
  /** Whether it has headers. */
  readonly hasHeaders: boolean;
  readonly bytes: Uint8Array;
}

const BEGIN = "-----BEGIN ";
const END = "\n-----END ";
const DASHES = "-----";

/**
 * The blocks that Go's `pem.Decode` finds in a text, one after the other until it finds none. The API server reads a
 * `caBundle` this way. Follows that function step by step (Go 1.26, encoding/pem/pem.go), its odd cases too: a block ends
 * at the first END line and begins at the last BEGIN before it, and a line with a colon is a header. Never throws. Takes
 * linear time.
 */
export function* readPemBlocks(text: string): Generator<PemBlock> {
  let rest = 0;
  for (;;) {
    const found = decodeNext(text, rest);
    if (found === undefined) return;
    yield found.block;
    rest = found.rest;
  }
}

function decodeNext(text: string, from: number): { block: PemBlock; rest: number } | undefined {
  let rest = from;
  let trailer = from;
  for (;;) {
    // A header may have been read beyond the END line.
    if (trailer < rest) return undefined;
    rest = trailer;
    const end = text.indexOf(END, rest);
    if (end < 0) return undefined;
    trailer = end + END.length;
    // In a slice, because the search backwards would not stop at `rest`.
    const begin = text.slice(rest, end).lastIndexOf(BEGIN);
    if (begin < 0 || (begin > 0 && text[rest + begin - 1] !== "\n")) continue;
    const first = lineAt(text, rest + begin + BEGIN.length);
    rest = first.next;
    if (!first.line.endsWith(DASHES)) continue;
    const type = first.line.slice(0, -DASHES.length);
    const body = skipHeaders(text, rest);
    if (body === undefined) return undefined;
    const hasHeaders = body > rest;
    rest = body;
    if (hasHeaders && end < rest) continue;
    if (!text.startsWith(type + DASHES, trailer)) continue;
    if (lineAt(text, trailer + type.length + DASHES.length).line !== "") continue;
    const bytes = end > rest ? decodeBase64(text.slice(rest, end)) : new Uint8Array();
    if (bytes === undefined) continue;
    return { block: { type, hasHeaders, bytes }, rest: lineAt(text, end + END.length - 1).next };
  }
}

/** The offset behind the headers; undefined if the text ends with them. */
function skipHeaders(text: string, from: number): number | undefined {
  let rest = from;
  while (rest < text.length) {
    const { line, next } = lineAt(text, rest);
    if (!line.includes(":")) return rest;
    rest = next;
  }
  return undefined;
}

/** The line at an offset without blanks at its end, and the offset of the next line. */
function lineAt(text: string, from: number): { line: string; next: number } {
  const newline = text.indexOf("\n", from);
  let end = newline < 0 ? text.length : newline;
  const next = newline < 0 ? end : newline + 1;
  if (newline > from && text[end - 1] === "\r") end -= 1;
  while (end > from && (text[end - 1] === " " || text[end - 1] === "\t")) end -= 1;
  return { line: text.slice(from, end), next };
}

/** The bytes of base64 with padding; undefined if it is none. Blanks and line ends do not count. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const given = text.replace(/[ \t\r\n]+/g, "");
  if (given.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(given)) return undefined;
  return Buffer.from(given, "base64");
}
