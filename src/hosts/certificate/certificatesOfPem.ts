import { parseBundle } from "../../trust/bundle.ts";
import { TrustError } from "../../trust/TrustError.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { parseCertificate } from "../../trust/x509/parseCertificate.ts";

/** A leaf and its intermediates. Chains in use have at most four certificates. A hostile one must not be expensive. */
export const MAX_CERTIFICATES = 10;

/** Certificates of a client in PEM, the leaf first; undefined for any fault in the text. */
export function certificatesOfPem(pem: string): readonly Certificate[] | undefined {
  return orUndefined(() => parseBundle(pem, "client certificate"));
}

/** Certificates of a client in DER, the leaf first; undefined for any fault. */
export function certificatesOfDer(ders: readonly Uint8Array[]): readonly Certificate[] | undefined {
  return orUndefined(() => ders.map(parseCertificate));
}

function orUndefined(read: () => readonly Certificate[]): readonly Certificate[] | undefined {
  try {
    const certificates = read();
    return certificates.length <= MAX_CERTIFICATES ? certificates : undefined;
  } catch (error) {
    if (error instanceof TrustError) return undefined;
    throw error;
  }
}
