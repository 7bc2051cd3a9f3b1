import { TrustError } from "../TrustError.ts";

/** Identifier octets of the types in an X.509 certificate (X.690 8.1.2). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One value with its header (`whole`) and without it (`content`). Both are views of the input. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/**
 * Reads DER from front to back, as strictly as Go's cryptobyte: no high tag numbers, no indefinite or padded lengths,
 * no padded integers. A lenient BER parser would not do: certificates that Go refuses must be refused here, and names
 * and keys are compared as bytes. Every method throws {@link TrustError} `bad-certificate`.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #subject: string;
  #at = 0;

  /** `subject` is the subject of error messages. */
  constructor(bytes: Uint8Array, subject: string) {
    this.#bytes = bytes;
    this.#subject = subject;
  }

  get isEmpty(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The tag of the next value; undefined at the end. */
  get nextTag(): number | undefined {
    return this.#bytes[this.#at];
  }

  readAny(): DerElement {
    const start = this.#at;
    const tag = this.#byte();
    // 0x1f starts a tag number of several octets, which X.509 does not use.
    if ((tag & 0x1f) === 0x1f) throw this.fault("has a tag of more than one octet");
    const end = this.#length() + this.#at;
    if (end > this.#bytes.length) throw this.fault("is truncated");
    const content = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return { tag, content, whole: this.#bytes.subarray(start, end) };
  }

  readElement(tag: number): DerElement {
    if (this.nextTag !== tag) throw this.fault(`has tag ${hexTag(this.nextTag)} in place of ${hexTag(tag)}`);
    return this.readAny();
  }

  /** A reader of the content of the next value. */
  enter(tag: number, subject: string = this.#subject): DerReader {
    return new DerReader(this.readElement(tag).content, subject);
  }

  /** Like {@link enter}; undefined if the next value has another tag or does not exist. */
  enterOptional(tag: number, subject: string = this.#subject): DerReader | undefined {
    return this.nextTag === tag ? this.enter(tag, subject) : undefined;
  }

  /** The content of the next value; undefined if it has another tag or does not exist. */
  readOptional(tag: number): Uint8Array | undefined {
    return this.nextTag === tag ? this.readAny().content : undefined;
  }

  readBoolean(): boolean {
    const { content } = this.readElement(TAG.boolean);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw this.fault("has a malformed BOOLEAN");
    return content[0] === 0xff;
  }

  /** Reads an INTEGER of any size. `tag` is the tag of an implicitly tagged one. */
  readInteger(tag: number = TAG.integer): bigint {
    const { content } = this.readElement(tag);
    const [first, second] = content;
    if (first === undefined) throw this.fault("has an empty INTEGER");
    if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)))
      throw this.fault("has a padded INTEGER");
    const value = BigInt(`0x${Buffer.from(content).toString("hex")}`);
    return first >= 0x80 ? value - (1n << BigInt(8 * content.length)) : value;
  }

  /**
   * Reads a BIT STRING. `unused` is the number of padding bits at its end, which are 0. `aligned` are the bytes shifted by
   * them, as Go uses keys and signatures.
   */
  readBitString(): { readonly bytes: Uint8Array; readonly unused: number; readonly aligned: Uint8Array } {
    const { content } = this.readElement(TAG.bitString);
    const unused = content[0];
    const bytes = content.subarray(1);
    if (unused === undefined || unused > 7 || (bytes.length === 0 && unused > 0))
      throw this.fault("has a malformed BIT STRING");
    if (((bytes.at(-1) ?? 0) & ((1 << unused) - 1)) !== 0)
      throw this.fault("has a BIT STRING with bits set in its padding");
    const shifted = (byte: number, at: number): number => (((bytes[at - 1] ?? 0) << 8) | byte) >> unused;
    return { bytes, unused, aligned: unused === 0 ? bytes : bytes.map(shifted) };
  }

  /** Reads an OBJECT IDENTIFIER, in dotted notation. Takes linear time: no arc grows beyond 31 bits, the limit of Go. */
  readOid(): string {
    const content = this.readOidBytes();
    const arcs: number[] = [];
    let arc = 0;
    for (const byte of content) {
      if (arc >= 1 << 24) throw this.fault("has an OBJECT IDENTIFIER with an arc of more than 31 bits");
      arc = (arc << 7) | (byte & 0x7f);
      if (byte < 0x80) {
        arcs.push(arc);
        arc = 0;
      }
    }
    const [first = 0, ...rest] = arcs;
    const top = first < 80 ? Math.floor(first / 40) : 2;
    return [top, first - top * 40, ...rest].join(".");
  }

  /** Reads the content of an OBJECT IDENTIFIER with arcs of any size. */
  readOidBytes(): Uint8Array {
    const { content } = this.readElement(TAG.oid);
    if (content.length === 0) throw this.fault("has an empty OBJECT IDENTIFIER");
    if (content.some((byte, at) => byte === 0x80 && (content[at - 1] ?? 0) < 0x80))
      throw this.fault("has a padded OBJECT IDENTIFIER");
    if ((content.at(-1) ?? 0) >= 0x80) throw this.fault("has a truncated OBJECT IDENTIFIER");
    return content;
  }

  /** `predicate` follows the subject in the message. */
  fault(predicate: string): TrustError {
    return new TrustError("bad-certificate", `${this.#subject} ${predicate}`);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.fault("is truncated");
    this.#at += 1;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const octets = first & 0x7f;
    // 0x80 is the indefinite length of BER. Go reads up to four octets.
    if (octets === 0 || octets > 4) throw this.fault("has a malformed length");
    let length = 0;
    for (let index = 0; index < octets; index += 1) length = length * 256 + this.#byte();
    if (length < 0x80 || length < 256 ** (octets - 1)) throw this.fault("has a padded length");
    return length;
  }
}

function hexTag(tag: number | undefined): string {
  return tag === undefined ? "(end)" : `0x${tag.toString(16).padStart(2, "0")}`;
}
