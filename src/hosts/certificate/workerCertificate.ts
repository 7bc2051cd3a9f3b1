import { normalSubject } from "../../identity/certificate/parseSubject.ts";
import type { RefusalReason } from "../../identity/Identity.ts";
import type { PresentedCertificate } from "../../identity/IdentityTier.ts";

const MALFORMED: PresentedCertificate = { ok: false, reason: "malformed" };
const SHA256 = /^[0-9a-f]{64}$/i;
/** As OpenSSL prints a time: `Dec 22 19:39:00 2018 GMT`, with a blank before a day of one digit. */
const TIME = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4}) GMT$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** The results of a verification that have a reason of their own. */
const REASONS: Readonly<Record<string, RefusalReason>> = {
  "FAILED:certificate has expired": "expired",
  "FAILED:certificate is not yet valid": "not-yet-valid",
};

/**
 * The client certificate of a request to a Worker, as Cloudflare verified it: `request.cf.tlsClientAuth`, which mTLS of the host name
 * fills (API Shield or Access). Headers do not count: `cf` is no header, and a caller cannot set it. Undefined when the caller
 * presented no certificate.
 *
 * Cloudflare accepts a connection with any certificate, unless a rule blocks it, and says what is wrong with it. A revoked
 * certificate counts as verified, so that `certRevoked` must say that it is not.
 */
export function workerCertificate(request: Request): PresentedCertificate | undefined {
  const presented = membersOf("cf" in request ? request.cf : undefined).tlsClientAuth;
  if (presented === undefined || presented === null) return undefined;
  const { certPresented, certVerified, certRevoked, ...certificate } = membersOf(presented);
  if (certPresented === "0") return undefined;
  if (certPresented !== "1" || typeof certVerified !== "string") return MALFORMED;
  if (certVerified !== "SUCCESS") return { ok: false, reason: REASONS[certVerified] ?? "not-verified" };
  if (certRevoked === "1") return { ok: false, reason: "not-verified" };
  return certRevoked === "0" ? readVerified(certificate) : MALFORMED;
}

function readVerified(certificate: Readonly<Record<string, unknown>>): PresentedCertificate {
  const { certFingerprintSHA256, certSubjectDNRFC2253, certNotBefore, certNotAfter } = certificate;
  const fingerprint = typeof certFingerprintSHA256 === "string" ? certFingerprintSHA256.replaceAll(":", "") : "";
  const subject = typeof certSubjectDNRFC2253 === "string" ? normalSubject(certSubjectDNRFC2253) : undefined;
  const [notBeforeMs, notAfterMs] = [readTime(certNotBefore), readTime(certNotAfter)];
  if (!SHA256.test(fingerprint) || subject === undefined || notBeforeMs === undefined || notAfterMs === undefined)
    return MALFORMED;
  return { ok: true, certificate: { fingerprint: fingerprint.toLowerCase(), subject, notBeforeMs, notAfterMs } };
}

/** Not with `Date.parse`, which reads other formats, differently on each runtime. */
function readTime(given: unknown): number | undefined {
  const [, name = "", ...numbers] = TIME.exec(typeof given === "string" ? given : "") ?? [];
  const month = MONTHS.indexOf(name);
  const [day = 0, hour = 0, minute = 0, second = 0, year = 0] = numbers.map(Number);
  const at = Date.UTC(year, month, day, hour, minute, second);
  return month >= 0 && new Date(at).getUTCDate() === day ? at : undefined;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
