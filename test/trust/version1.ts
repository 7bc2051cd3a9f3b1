import { DerReader, TAG } from "../../src/trust/x509/DerReader.ts";
import { derOf } from "./derOf.ts";
import { type CertificateSpec, keyPair, makeCertificate } from "./makeCertificate.ts";

/**
 * Makes a version 1 certificate, which has no extensions. Old roots are of this kind. `signedBy` must be an RSA key.
 */
export async function version1(spec: CertificateSpec): Promise<Uint8Array> {
  const outer = new DerReader(await makeCertificate(spec), "certificate").enter(TAG.sequence);
  const tbs = outer.enter(TAG.sequence);
  const parts: Uint8Array[] = [];
  // Drop the version (the default is 1) and the extensions.
  for (let next = tbs.readAny(); ; next = tbs.readAny()) {
    if (next.tag !== 0xa0 && next.tag !== 0xa3) parts.push(next.whole);
    if (tbs.isEmpty) break;
  }
  const signed = derOf(TAG.sequence, ...parts);
  const { privateKey } = await keyPair(spec.signedBy ?? spec.key);
  const signature = new Uint8Array(await crypto.subtle.sign("RSASSA-PKCS1-v1_5", privateKey, signed));
  const algorithm = outer.readElement(TAG.sequence).whole;
  return derOf(TAG.sequence, signed, algorithm, derOf(TAG.bitString, [0], signature));
}
