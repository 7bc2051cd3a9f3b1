import { TrustError } from "./TrustError.ts";
import type { Certificate } from "./x509/Certificate.ts";

/**
 * Certificates as PEM: one for each pair of public key and subject, in an order that does not depend on theirs, so that the
 * same set gives the same bytes. Of several with one key and subject, one goes only where another covers its validity with
 * the same limits: dropping it must never break a chain. `comment` becomes a first line that changes the bytes, and with
 * them the API server's choice of connection, but not the trust. Throws {@link TrustError} `empty-bundle`, and
 * `bad-comment` for one that is more than a line of printable ASCII or could pass for PEM.
 */
export function encodeBundle(certificates: readonly Certificate[], options: { comment?: string } = {}): string {
  if (certificates.length === 0) throw new TrustError("empty-bundle", "a bundle without a certificate trusts nobody");
  const { comment } = options;
  if (comment !== undefined && (!/^[ -~]*$/.test(comment) || comment.includes("-----")))
    throw new TrustError("bad-comment", "a comment is one line of printable ASCII without five dashes");
  const head = comment === undefined ? "" : `# ${comment}\n`;
  return (
    head +
    distinct(certificates)
      .map(({ pem }) => pem)
      .join("")
  );
}

/** In order of key and subject, and of fingerprint where several with the same have to stay. */
function distinct(certificates: readonly Certificate[]): Certificate[] {
  const different = [...new Map(certificates.map((it) => [it.fingerprint, it])).values()];
  const kept = different.filter((it) => !different.some((other) => replaces(other, it)));
  const order = (it: Certificate): string => `${it.publicKeyFingerprint} ${it.subject.raw} ${it.fingerprint}`;
  return kept.sort((left, right) => (order(left) < order(right) ? -1 : 1));
}

/** Whether every chain that ends at `old` can end at `other` too, at any time. */
function replaces(other: Certificate, old: Certificate): boolean {
  if (other.fingerprint === old.fingerprint || limits(other) !== limits(old)) return false;
  const [from, until] = [
    old.notBefore.getTime() - other.notBefore.getTime(),
    other.notAfter.getTime() - old.notAfter.getTime(),
  ];
  if (from < 0 || until < 0) return false;
  return from > 0 || until > 0 || other.fingerprint < old.fingerprint;
}

/** A leaf is an anchor for itself alone, so that another of the same key does not do. */
function limits(it: Certificate): string {
  return JSON.stringify([
    it.isCa ? "" : it.fingerprint,
    it.publicKeyFingerprint,
    it.subject.raw,
    it.pathLen,
    it.keyUsage.length === 0 || it.keyUsage.includes("keyCertSign"),
    it.extKeyUsage.toSorted(),
    it.nameConstraints,
    it.unknownCritical,
  ]);
}
