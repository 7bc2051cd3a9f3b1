import { DerReader, TAG } from "./DerReader.ts";

/** RFC 4514 section 3, and the few more that CAs use. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "street",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "0.9.2342.19200300.100.1.1": "UID",
  "0.9.2342.19200300.100.1.25": "DC",
};

/** A distinguished name: for people, and the bytes by which names are compared. */
export interface DistinguishedName {
  /** As RFC 4514 writes it, but in the certificate's own order. Control characters are escaped. */
  readonly text: string;
  /** The DER, in hex. Issuer and subject match when these are the same. */
  readonly raw: string;
  /** The first common name, or organisation, or else all of `text`. */
  readonly short: string;
}

/** A Name (RFC 5280 4.1.2.4), with the string types that Go reads. Throws {@link TrustError} `bad-certificate`. */
export function readName(reader: DerReader): DistinguishedName {
  const { whole, content: rdns } = reader.readElement(TAG.sequence);
  const sets = new DerReader(rdns, "name");
  const parts: string[] = [];
  const found = new Map<string, string>();
  while (!sets.isEmpty) {
    const set = sets.enter(TAG.set);
    const attributes: string[] = [];
    while (!set.isEmpty) {
      const attribute = set.enter(TAG.sequence);
      const oid = attribute.readOid();
      const { tag, content } = attribute.readAny();
      const value = readString(tag, content, attribute);
      const type = SHORT_NAMES[oid] ?? oid;
      if (!found.has(type)) found.set(type, printable(value));
      attributes.push(`${type}=${printable(escaped(value))}`);
    }
    if (attributes.length > 0) parts.push(attributes.join("+"));
  }
  const text = parts.join(", ");
  return { text, raw: Buffer.from(whole).toString("hex"), short: found.get("CN") || found.get("O") || text };
}

/** Tags of the string types: UTF8String, NumericString, PrintableString, T61String, IA5String, BMPString. */
function readString(tag: number, content: Uint8Array, reader: DerReader): string {
  const bytes = Buffer.from(content);
  switch (tag) {
    case 0x0c:
      try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      } catch {
        throw reader.fault("has a string that is no UTF-8");
      }
    case 0x12:
      return matching(/^[0-9 ]*$/, bytes, reader);
    case 0x13:
      // "*" and "&" are not allowed, and found in certificates that are in use.
      return matching(/^[A-Za-z0-9 '()+,\-./:=?*&]*$/, bytes, reader);
    case 0x14:
      return bytes.toString("latin1");
    case 0x16:
      return matching(/^[\0-\x7f]*$/, bytes, reader);
    case 0x1e:
      return readBmp(bytes, reader);
    default:
      throw reader.fault("has a string of a type that is not read");
  }
}

function matching(pattern: RegExp, bytes: Buffer, reader: DerReader): string {
  const text = bytes.toString("latin1");
  if (!pattern.test(text)) throw reader.fault("has a string with a character that its type excludes");
  return text;
}

function readBmp(bytes: Buffer, reader: DerReader): string {
  if (bytes.length % 2 !== 0) throw reader.fault("has a malformed BMPString");
  const text = Buffer.from(bytes).swap16().toString("utf16le");
  // Surrogates and noncharacters are no UCS-2.
  if (/[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/.test(text)) throw reader.fault("has a malformed BMPString");
  return text.replace(/\0$/, "");
}

/** Names reach logs and terminals: no control or direction-changing character gets through. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (it) => `\\u{${(it.codePointAt(0) ?? 0).toString(16)}}`);
}

function escaped(text: string): string {
  return text.replace(/[,+"<>;=\\]/g, (it) => `\\${it}`);
}
