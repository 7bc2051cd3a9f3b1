import type { Certificate } from "../../trust/x509/Certificate.ts";
import { decodeBase64 } from "../../trust/x509/readPemBlocks.ts";
import { certificatesOfDer, certificatesOfPem } from "./certificatesOfPem.ts";

/** The header of Envoy. It has a format of its own. */
const ENVOY = "x-forwarded-client-cert";
/** A certificate has 1 to 2 KB, and Node accepts 16 KiB of headers. */
const MAX_CHARACTERS = 16_384;

/**
 * The certificates in a header of a proxy, the leaf first. Undefined for a value in none of these formats:
 *
 * | format | value |
 * |---|---|
 * | RFC 9440 | `:BASE64:`, the DER of the leaf |
 * | nginx, `$ssl_client_escaped_cert` | PEM with percent-encoding |
 * | Envoy, `X-Forwarded-Client-Cert` | `Hash=…;Cert="PEM with percent-encoding"`. Of several elements the last one counts, which the nearest proxy added |
 */
export function forwardedCertificates(header: string, value: string): readonly Certificate[] | undefined {
  if (value.length > MAX_CHARACTERS) return undefined;
  if (header === ENVOY) {
    const escaped = certOfEnvoy(value);
    return escaped === undefined ? undefined : certificatesOfEscaped(escaped);
  }
  if (!value.startsWith(":")) return certificatesOfEscaped(value);
  // Blanks are not allowed within a byte sequence (RFC 8941 section 3.3.5), and `decodeBase64` skips them.
  const base64 = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value)?.[1];
  const der = base64 === undefined ? undefined : decodeBase64(base64);
  return der === undefined ? undefined : certificatesOfDer([der]);
}

function certificatesOfEscaped(value: string): readonly Certificate[] | undefined {
  // A raw line end cannot be in a header. Anything else that is not escaped comes from another format.
  if (!/^[A-Za-z0-9%+/=_.~-]+$/.test(value)) return undefined;
  try {
    return certificatesOfPem(decodeURIComponent(value));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** The value of `Cert` in the last element. Commas and semicolons within quotes do not separate. */
function certOfEnvoy(value: string): string | undefined {
  let pairs: string[] = [];
  let pair = "";
  let isQuoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const character = value[at] ?? "";
    if (isQuoted && character === "\\") {
      pair += character + (value[at + 1] ?? "");
      at += 1;
    } else if (!isQuoted && (character === ";" || character === ",")) {
      if (character === ",") pairs = [];
      else pairs.push(pair);
      pair = "";
    } else {
      if (character === '"') isQuoted = !isQuoted;
      pair += character;
    }
  }
  const certs = [...pairs, pair].flatMap((it) => /^\s*cert=(.*)$/is.exec(it)?.slice(1) ?? []);
  if (isQuoted || certs.length !== 1) return undefined;
  return /^"?([^"]*)"?$/.exec(certs[0] ?? "")?.[1];
}
