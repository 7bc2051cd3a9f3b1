import type { Certificate } from "../x509/Certificate.ts";
import type { ChainFault } from "./Verification.ts";

/** The position of a certificate in a chain. */
export type ChainPlace = "leaf" | "intermediate" | "anchor";

/**
 * Checks whether a certificate can be at a place in a chain at a time, as Go's Certificate.isValid does. Returns
 * undefined if it can. An anchor need not be marked as a CA, but must be within its validity period. `below` is the
 * number of intermediates between the certificate and the leaf. `now` is in milliseconds since 1970.
 */
export function checkCertificate(
  certificate: Certificate,
  place: ChainPlace,
  below: number,
  now: number,
): ChainFault | undefined {
  const { basicConstraints, pathLen } = certificate;
  const subject = `the ${nounOf(certificate, place)} ${certificate.subject.short}`;
  if (certificate.unknownCritical.length > 0)
    return {
      code: "unknown-critical-extension",
      message: `${subject} has an unknown critical extension: ${certificate.unknownCritical.slice(0, 5).join(", ").slice(0, 200)}`,
    };
  if (now < certificate.notBefore.getTime())
    return { code: "not-yet-valid", message: `${subject} is valid from ${certificate.notBefore.toISOString()}` };
  if (now > certificate.notAfter.getTime())
    return { code: "expired", message: `${subject} expired at ${certificate.notAfter.toISOString()}` };
  if (place === "intermediate" && basicConstraints?.isCa !== true)
    return { code: "not-a-ca", message: `${subject} is not a CA` };
  if (place !== "leaf" && pathLen !== undefined && below > pathLen)
    return { code: "path-too-long", message: `${subject} allows ${pathLen} intermediates below it, and has ${below}` };
  return undefined;
}

/** An anchor is usually a root. A bundle can also contain intermediates. */
function nounOf({ subject, issuer }: Certificate, place: ChainPlace): string {
  if (place !== "anchor") return place;
  return subject.raw === issuer.raw ? "root" : "intermediate";
}
