import { ipText } from "./certificateNames.ts";
import { type DerReader, TAG } from "./DerReader.ts";
import { uriHost } from "./uriHost.ts";

/**
 * The subject alternative names of a certificate, by kind, in the order of the certificate. Other kinds are ignored.
 */
export interface SubjectAltNames {
  readonly dns: readonly string[];
  /** IP addresses as text. */
  readonly ip: readonly string[];
  readonly email: readonly string[];
  readonly uri: readonly AltUri[];
}

/** A URI and its host without the port. The host is empty if the URI has none that Go compares. */
export interface AltUri {
  readonly text: string;
  readonly host: string;
}

/** Reads the value of a subjectAltName extension (RFC 5280 4.2.1.6). Throws {@link TrustError} `bad-certificate`. */
export function readSans(reader: DerReader): SubjectAltNames {
  const names = reader.enter(TAG.sequence);
  const dns: string[] = [];
  const ip: string[] = [];
  const email: string[] = [];
  const uri: AltUri[] = [];
  while (!names.isEmpty) {
    const { tag, content } = names.readAny();
    if (tag === 0x81) email.push(asciiText(content, reader));
    else if (tag === 0x82) dns.push(asciiText(content, reader));
    else if (tag === 0x86) uri.push(readUri(asciiText(content, reader), reader));
    else if (tag === 0x87) {
      if (content.length !== 4 && content.length !== 16)
        throw reader.fault("has an IP address that does not have 4 or 16 octets");
      ip.push(ipText(content));
    }
  }
  return { dns, ip, email, uri };
}

/** The text of an IA5String. Throws {@link TrustError} `bad-certificate` for an octet outside ASCII. */
export function asciiText(content: Uint8Array, reader: DerReader): string {
  if (content.some((byte) => byte > 0x7f)) throw reader.fault("has a name that is not ASCII");
  return Buffer.from(content).toString("latin1");
}

function readUri(text: string, reader: DerReader): AltUri {
  const host = uriHost(text);
  if (host === undefined) throw reader.fault("has an invalid URI");
  return { text, host };
}
