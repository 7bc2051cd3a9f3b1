import { ipBytes } from "../../trust/x509/certificateNames.ts";

/** DER tags of GeneralName, RFC 5280, section 4.2.1.6. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const SEQUENCE = 0x30;
/** permittedSubtrees of NameConstraints. */
const PERMITTED = 0xa0;
/** 127.0.0.0/8 and ::1/128: an address and its mask. */
const LOOPBACK_IPV4 = [127, 0, 0, 0, 255, 0, 0, 0];
const LOOPBACK_IPV6 = [...new Array<number>(15).fill(0), 1, ...new Array<number>(16).fill(255)];

/**
 * The value of a name constraints extension in DER (RFC 5280, section 4.2.1.10), which permits localhost, loopback
 * addresses and `hosts`: DNS names with the names below them, and single addresses. Longer than 127 bytes is supported.
 */
export function nameConstraints(hosts: readonly string[]): Uint8Array {
  const bases = [
    tlv(DNS_NAME, ascii("localhost")),
    tlv(IP_ADDRESS, LOOPBACK_IPV4),
    tlv(IP_ADDRESS, LOOPBACK_IPV6),
    ...hosts.map(baseOf),
  ];
  return Uint8Array.from(
    tlv(
      SEQUENCE,
      tlv(
        PERMITTED,
        bases.flatMap((base) => tlv(SEQUENCE, base)),
      ),
    ),
  );
}

function baseOf(host: string): number[] {
  const bytes = ipBytes(host);
  return bytes === undefined
    ? tlv(DNS_NAME, ascii(host))
    : tlv(IP_ADDRESS, [...bytes, ...new Array<number>(bytes.length).fill(255)]);
}

function ascii(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

function tlv(tag: number, content: readonly number[]): number[] {
  const { length } = content;
  if (length < 0x80) return [tag, length, ...content];
  return length < 0x100 ? [tag, 0x81, length, ...content] : [tag, 0x82, length >> 8, length & 0xff, ...content];
}
