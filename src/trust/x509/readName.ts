import { DerReader, TAG } from "./DerReader.ts";

/** Attribute types of RFC 4514 section 3, and others that CAs use. */
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

/** One attribute of a name. */
export interface NameAttribute {
  readonly oid: string;
  readonly value: string;
  /** The value with its tag and length, in hex. */
  readonly raw: string;
}

/** A distinguished name. */
export interface DistinguishedName {
  /** The sets of attributes, in the order of the certificate. */
  readonly sets: readonly (readonly NameAttribute[])[];
  /** In the syntax of RFC 4514, but in the order of the certificate. Control characters are escaped. */
  readonly text: string;
  /** The DER in hex. An issuer and a subject match if this is equal. */
  readonly raw: string;
  /** The first common name; without one the first organisation; else `text`. For messages: at most 200 characters. */
  readonly short: string;
}

/** Reads a Name (RFC 5280 4.1.2.4) with the string types that Go reads. Throws {@link TrustError} `bad-certificate`. */
export function readName(reader: DerReader): DistinguishedName {
  const { whole, content: rdns } = reader.readElement(TAG.sequence);
  const sets = new DerReader(rdns, "name");
  const parts: NameAttribute[][] = [];
  const found = new Map<string, string>();
  while (!sets.isEmpty) {
    const set = sets.enter(TAG.set);
    const attributes: NameAttribute[] = [];
    while (!set.isEmpty) {
      const attribute = set.enter(TAG.sequence);
      const oid = attribute.readOid();
      const { tag, content, whole: element } = attribute.readAny();
      const value = readString(tag, content, attribute);
      const type = SHORT_NAMES[oid] ?? oid;
      if (!found.has(type)) found.set(type, printable(value));
      attributes.push({ oid, value, raw: Buffer.from(element).toString("hex") });
    }
    if (attributes.length > 0) parts.push(attributes);
  }
  const text = parts.map((attributes) => attributes.map(attributeText).join("+")).join(", ");
  const short = found.get("CN") || found.get("O") || text;
  return {
    sets: parts,
    text,
    raw: Buffer.from(whole).toString("hex"),
    short: short.length <= MAX_SHOWN ? short : `${short.slice(0, MAX_SHOWN - 1)}…`,
  };
}

function attributeText({ oid, value }: NameAttribute): string {
  return `${SHORT_NAMES[oid] ?? oid}=${printable(escaped(value))}`;
}

/** A name can have 100 KB. It must not fill a log line or an Event. */
const MAX_SHOWN = 200;

/** In the order of the tags: UTF8String, NumericString, PrintableString, T61String, IA5String, BMPString. */
function readString(tag: number, content: Uint8Array, reader: DerReader): string {
  const bytes = Buffer.from(content);
  switch (tag) {
    case 0x0c:
      try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      } catch {
        throw reader.fault("has a string that is not UTF-8");
      }
    case 0x12:
      return matching(/^[0-9 ]*$/, bytes, reader);
    case 0x13:
      // "*" and "&" are not allowed by the standard, but occur in certificates that are in use.
      return matching(/^[A-Za-z0-9 '()+,\-./:=?*&]*$/, bytes, reader);
    case 0x14:
      return bytes.toString("latin1");
    case 0x16:
      return matching(/^[\0-\x7f]*$/, bytes, reader);
    case 0x1e:
      return readBmp(bytes, reader);
    default:
      throw reader.fault("has a string of an unsupported type");
  }
}

function matching(pattern: RegExp, bytes: Buffer, reader: DerReader): string {
  const text = bytes.toString("latin1");
  if (!pattern.test(text)) throw reader.fault("has a string with a character that its type does not allow");
  return text;
}

function readBmp(bytes: Buffer, reader: DerReader): string {
  if (bytes.length % 2 !== 0) throw reader.fault("has a malformed BMPString");
  const text = Buffer.from(bytes).swap16().toString("utf16le");
  // UCS-2 has no surrogates and no noncharacters.
  if (/[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/.test(text)) throw reader.fault("has a malformed BMPString");
  return text.replace(/\0$/, "");
}

/** Escapes control characters and characters that change the text direction: names appear in logs and terminals. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (it) => `\\u{${(it.codePointAt(0) ?? 0).toString(16)}}`);
}

function escaped(text: string): string {
  return text.replace(/[,+"<>;=\\]/g, (it) => `\\${it}`);
}
