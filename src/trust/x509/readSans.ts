import { type DerReader, TAG } from "./DerReader.ts";
import { ipText } from "./ipText.ts";
import { isDomainName } from "./isDomainName.ts";

/** The names of a certificate that are read, each in the certificate's own order. Others, directory names say, are not. */
export interface SubjectAltNames {
  readonly dns: readonly string[];
  /** As text. */
  readonly ip: readonly string[];
  readonly email: readonly string[];
  readonly uri: readonly AltUri[];
}

/** A URI, and its host without the port: empty where it has none. */
export interface AltUri {
  readonly text: string;
  readonly host: string;
}

/** Schemes, hosts and the characters of RFC 3986. Go's url.Parse takes more; no CA writes more. */
const URI =
  /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/([A-Za-z0-9._~-]*)(?::[0-9]*)?(?=[/?#]|$)|(?!\/\/))(?:[A-Za-z0-9._~!$&'()*+,;=:@/?#-]|%[0-9A-Fa-f]{2})*$/;

/** The value of a subjectAltName extension (RFC 5280 4.2.1.6). Throws {@link TrustError} `bad-certificate`. */
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
      if (content.length !== 4 && content.length !== 16) throw reader.fault("has an IP address of another length");
      ip.push(ipText(content));
    }
  }
  return { dns, ip, email, uri };
}

/** An IA5String's text. Throws {@link TrustError} `bad-certificate` for an octet that is no ASCII. */
export function asciiText(content: Uint8Array, reader: DerReader): string {
  if (content.some((byte) => byte > 0x7f)) throw reader.fault("has a name that is no ASCII");
  return Buffer.from(content).toString("latin1");
}

function readUri(text: string, reader: DerReader): AltUri {
  const found = URI.exec(text);
  const host = found?.[1] ?? "";
  if (found === null || !isDomainName(host, false)) throw reader.fault("has a URI that is not read");
  return { text, host: host.toLowerCase() };
}
