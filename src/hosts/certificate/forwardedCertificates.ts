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
 * | Envoy, `X-Forwarded-Client-Cert` | `By=…;Hash=…;Cert="PEM with percent-encoding"`, and other pairs behind it |
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

/**
 * One element, as Envoy writes it (`mutateXfccRequestHeader`): what is of Envoy itself, the certificate, and then what comes from the
 * certificate. Envoy quotes no URI and no DNS name, so a name may look like another pair or element.
 */
const ELEMENT =
  /^(?:By=[^",;]*;)*(?:Hash=[0-9A-Fa-f]*;)?Cert="([^"\\]*)"(?:;(?!Cert=)[A-Za-z]+=(?:"(?:[^"\\]|\\.)*"|[^",;]*))*$/i;

/**
 * The value of `Cert`. Undefined for several elements: the earlier ones are of the client or of another proxy, and where the last one
 * begins cannot be told from a name with a comma.
 */
function certOfEnvoy(value: string): string | undefined {
  return ELEMENT.exec(value)?.[1];
}
