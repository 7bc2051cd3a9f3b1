import type { Certificate } from "../x509/Certificate.ts";
import type { Refusal } from "./Verification.ts";

/** Where a certificate stands in a chain. */
export type ChainPlace = "leaf" | "intermediate" | "anchor";

/**
 * Whether a certificate can stand at a place in a chain at a time, as Go's Certificate.isValid says; undefined when it can.
 * An anchor need not be a CA by its own word, and it too must be in its time. `below` is the number of certificates
 * between it and the leaf, the leaf not counted. `now` in milliseconds since 1970.
 */
export function checkCertificate(
  certificate: Certificate,
  place: ChainPlace,
  below: number,
  now: number,
): Refusal | undefined {
  const { basicConstraints, pathLen } = certificate;
  const who = `the ${place} ${certificate.subject.short}`;
  if (certificate.unknownCritical.length > 0)
    return {
      code: "unknown-critical-extension",
      message: `${who} has a critical extension that is not known: ${certificate.unknownCritical.join(", ")}`,
    };
  if (now < certificate.notBefore.getTime())
    return { code: "not-yet-valid", message: `${who} is valid from ${certificate.notBefore.toISOString()}` };
  if (now > certificate.notAfter.getTime())
    return { code: "expired", message: `${who} expired at ${certificate.notAfter.toISOString()}` };
  if (place === "intermediate" && basicConstraints?.isCa !== true)
    return { code: "not-a-ca", message: `${who} is no CA` };
  if (place !== "leaf" && pathLen !== undefined && below > pathLen)
    return { code: "path-too-long", message: `${who} allows ${pathLen} intermediates below it, and has ${below}` };
  return undefined;
}
