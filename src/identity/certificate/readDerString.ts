/** The string types of X.520, by their tags: UTF8String, NumericString, PrintableString, T61String, IA5String, BMPString. */
const ENCODINGS: Readonly<Record<number, "utf-8" | "ascii" | "latin1" | "utf-16be">> = {
  12: "utf-8",
  18: "ascii",
  19: "ascii",
  20: "latin1",
  22: "ascii",
  30: "utf-16be",
};

/** The text of one DER string, given in hex; undefined when it is none. */
export function readDerString(hex: string): string | undefined {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const content = contentOf(bytes);
  const encoding = ENCODINGS[bytes[0] ?? 0];
  if (content === undefined || encoding === undefined) return undefined;
  if (encoding === "utf-16be") return readBmp(content);
  if (encoding === "ascii" && content.some((byte) => byte > 0x7f)) return undefined;
  if (encoding !== "utf-8") return codeUnits(content);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

/** What follows the tag and the length; undefined unless the length is that of the rest. */
function contentOf(bytes: Uint8Array): Uint8Array | undefined {
  const first = bytes[1] ?? 0xff;
  const octets = first < 0x80 ? 0 : first - 0x80;
  if (octets > 2) return undefined;
  const length = octets === 0 ? first : bytes.subarray(2, 2 + octets).reduce((sum, byte) => sum * 256 + byte, 0);
  const content = bytes.subarray(2 + octets);
  return content.length === length ? content : undefined;
}

function readBmp(content: Uint8Array): string | undefined {
  if (content.length % 2 !== 0) return undefined;
  const units = Array.from({ length: content.length / 2 }, (_, at) => {
    const [high = 0, low = 0] = content.subarray(2 * at);
    return high * 256 + low;
  });
  // UCS-2 has no surrogates.
  return units.some((unit) => unit >= 0xd800 && unit <= 0xdfff) ? undefined : codeUnits(units);
}

/** Without spreading: an argument list has a limit. */
function codeUnits(units: Iterable<number>): string {
  let text = "";
  for (const unit of units) text += String.fromCharCode(unit);
  return text;
}
