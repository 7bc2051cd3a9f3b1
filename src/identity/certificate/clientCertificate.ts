import { ABSENT, refused, type TierResult } from "../Identity.ts";
import type { ClientCertificate, ClusterTier, IdentityTier, PresentedCertificate } from "../IdentityTier.ts";
import { normalSubject } from "./parseSubject.ts";
import { type PinnedCertificates, readCertificateSettings } from "./readCertificateSettings.ts";

/** A subject can have kilobytes. It must not fill a log line or a record. */
const MAX_SUBJECT = 256;
/** Else each call is refused with `no-credential`, as one without a certificate is. */
const NO_CERTIFICATES =
  "the runtime reads no client certificates, so nobody is known by one; set the option clientCertificate of createWorker, or POSTERN_CLIENT_CA_FILE of a Node process";

/**
 * Accepts client certificates that the host has verified, and that the settings of the cluster name by fingerprint or subject. A
 * host proves that the caller has the private key, and that a CA vouches for the certificate. This tier decides whose it is:
 *
 * | the certificate | result |
 * |---|---|
 * | none | absent |
 * | the host refuses it | refused with its reason |
 * | outside its dates, by the clock of the gate | `expired`, `not-yet-valid` |
 * | no fingerprint and no subject of the settings | `not-pinned` |
 * | else | accepted |
 *
 * Dates have no tolerance, as in TLS. They are checked for each call: a connection can outlive its certificate. `isKnownOnly` of a call
 * does not matter: a host verifies a certificate once for a connection, whose handshake costs more.
 */
export function clientCertificate(): IdentityTier {
  return {
    name: "client-certificate",
    check(settings) {
      readCertificateSettings(settings);
    },
    start({ now, log, readsCertificates = true }) {
      if (!readsCertificates) log.error(NO_CERTIFICATES, { tier: "client-certificate" });
      return { forCluster: (_, settings) => clusterTier(readCertificateSettings(settings), now) };
    },
  };
}

function clusterTier(pinned: PinnedCertificates, now: () => number): ClusterTier {
  const judge = (presented: PresentedCertificate | undefined): TierResult => {
    if (presented === undefined) return ABSENT;
    if (!presented.ok) return refused(presented.reason);
    const { certificate } = presented;
    const at = now();
    // Not "at < notBefore": a date that is not a number must not pass.
    if (!(at >= certificate.notBeforeMs)) return refused("not-yet-valid");
    if (!(at <= certificate.notAfterMs)) return refused("expired");
    if (!isPinned(certificate, pinned)) return refused("not-pinned");
    const { subject } = certificate;
    return { outcome: "accepted", identity: { tier: "client-certificate", subject: bounded(subject) } };
  };
  return {
    identify({ certificate }) {
      try {
        const presented = certificate();
        return presented instanceof Promise ? presented.then(judge).catch(notVerified) : judge(presented);
      } catch {
        return notVerified();
      }
    },
  };
}

/** For a host that fails: nothing is known of the certificate. */
function notVerified(): TierResult {
  return refused("not-verified");
}

/**
 * Needs no comparison in constant time: neither fingerprints nor subjects are secrets. Who calls has shown the whole certificate, and
 * proven that it has the private key, before anything is compared.
 */
function isPinned(
  { fingerprint, subject }: ClientCertificate,
  { fingerprints, subjects }: PinnedCertificates,
): boolean {
  if (fingerprints.has(fingerprint)) return true;
  const normal = subjects.size === 0 ? undefined : normalSubject(subject);
  return normal !== undefined && subjects.has(normal);
}

function bounded(subject: string): string {
  return subject.length <= MAX_SUBJECT ? subject : `${subject.slice(0, MAX_SUBJECT - 1)}…`;
}
