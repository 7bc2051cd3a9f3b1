import { pemBlock } from "../../src/trust/x509/parseCertificate.ts";
import { derOf } from "./derOf.ts";

/** The values inside a DER value, whole. Reads only what the tests make. */
export function valuesIn(content: Uint8Array): Uint8Array[] {
  const values: Uint8Array[] = [];
  for (let at = 0; at < content.length; ) {
    const end = at + sizeAt(content, at);
    values.push(content.subarray(at, end));
    at = end;
  }
  return values;
}

/** The content of a DER value. */
export function contentOf(value: Uint8Array): Uint8Array {
  return value.subarray(headerAt(value, 0).header);
}

/** The parts of a certificate's TBSCertificate, in order, that a test replaces. */
export interface TbsParts {
  readonly serial?: Uint8Array;
  readonly issuer?: Uint8Array;
  readonly validity?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly key?: Uint8Array;
  /** Added to the extensions that are there. */
  readonly extensions?: readonly Uint8Array[];
}

/** A certificate (version 3, with extensions) with other parts. Its signature does not match any more. */
export function withParts(der: Uint8Array, parts: TbsParts): Uint8Array<ArrayBuffer> {
  const [tbs = der, ...rest] = valuesIn(contentOf(der));
  const [version, serial, algorithm, issuer, validity, subject, key, extensions] = valuesIn(contentOf(tbs)).map(
    (it) => [it],
  );
  const [list = der] = valuesIn(contentOf(extensions?.[0] ?? der));
  const all = [...valuesIn(contentOf(list)), ...(parts.extensions ?? [])];
  const replaced = (given: Uint8Array | undefined, old: Uint8Array[] | undefined): Uint8Array[] =>
    given === undefined ? (old ?? []) : [given];
  return derOf(
    0x30,
    derOf(
      0x30,
      ...(version ?? []),
      ...replaced(parts.serial, serial),
      ...(algorithm ?? []),
      ...replaced(parts.issuer, issuer),
      ...replaced(parts.validity, validity),
      ...replaced(parts.subject, subject),
      ...replaced(parts.key, key),
      derOf(0xa3, derOf(0x30, ...all)),
    ),
    ...rest,
  );
}

/** An extension. */
export function extension(oid: readonly number[], value: Uint8Array, critical = false): Uint8Array {
  return derOf(0x30, derOf(6, oid), ...(critical ? [derOf(1, [0xff])] : []), derOf(4, value));
}

/** A name of one organisation. */
export function nameOf(text: string): Uint8Array {
  return derOf(0x30, derOf(0x31, derOf(0x30, derOf(6, [0x55, 4, 10]), derOf(0x0c, text))));
}

/** A serial number. */
export function serialOf(number: number): Uint8Array {
  return derOf(2, [1, (number >> 16) & 0xff, (number >> 8) & 0xff, number & 0xff]);
}

/** A PEM bundle of certificates. */
export function bundleOf(ders: readonly Uint8Array[]): string {
  return ders.map(pemBlock).join("");
}

function headerAt(bytes: Uint8Array, at: number): { header: number; length: number } {
  const first = bytes[at + 1] ?? 0;
  if (first < 0x80) return { header: 2, length: first };
  const octets = first & 0x7f;
  const length = bytes.subarray(at + 2, at + 2 + octets).reduce((sum, byte) => sum * 256 + byte, 0);
  return { header: 2 + octets, length };
}

function sizeAt(bytes: Uint8Array, at: number): number {
  const { header, length } = headerAt(bytes, at);
  return header + length;
}
