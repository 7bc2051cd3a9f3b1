import { assumedAnchors } from "../../trust/verify/assumedAnchors.ts";
import { checkSignature } from "../../trust/verify/checkSignature.ts";
import { matchesHost } from "../../trust/verify/matchesHost.ts";
import type { Verification } from "../../trust/verify/Verification.ts";
import { verifyChain } from "../../trust/verify/verifyChain.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { LoadedPair } from "./LoadedPair.ts";

/** What is known of the roots that clients trust. */
export interface PathRules {
  /** Roots that clients trust. Undefined: unknown. */
  readonly roots?: readonly Certificate[] | undefined;
  /** Whether a single certificate with an unknown issuer may be served. */
  readonly allowLeafOnly: boolean;
}

/**
 * How clients verify a pair: as Go does, along the paths that they build from what is served. Order, duplicates and
 * certificates that are on no path do not matter (RFC 8446, section 4.4.2), so that a path ends when one of its
 * certificates does, and not when any certificate of the file does.
 *
 * Without `roots`, each certificate above the leaf may be the one that clients trust, or be signed by it. A leaf without
 * such a certificate is complete when it is self-signed, when the Secret's `ca.crt` has its issuer, or with `allowLeafOnly`.
 * `now` in milliseconds since 1970.
 */
export function clientPath(
  pair: Pick<LoadedPair, "chain" | "leaf" | "ca">,
  rules: PathRules,
  now: number,
): Verification {
  return verify(pair, rules.roots ?? assumedRoots(pair, rules), now);
}

/**
 * Why no client can verify a pair, whatever it trusts. Undefined if only the roots are missing: `rules.roots` do not have
 * the right one.
 */
export function pathFault(
  pair: Pick<LoadedPair, "chain" | "leaf" | "ca">,
  rules: PathRules,
  now: number,
): Exclude<Verification, { ok: true }> | undefined {
  const verification = verify(pair, [...assumedRoots(pair, rules), ...(rules.roots ?? [])], now);
  return verification.ok ? undefined : verification;
}

/** A host that the certificate is valid for. Names are checked apart from the path. */
export function hostOfLeaf(leaf: Certificate): string | undefined {
  return [...leaf.sans.dns.map((name) => name.replace("*", "host")), ...leaf.sans.ip].find((name) =>
    matchesHost(leaf, name),
  );
}

function verify(
  { chain, leaf }: Pick<LoadedPair, "chain" | "leaf">,
  anchors: readonly Certificate[],
  now: number,
): Verification {
  return verifyChain({ served: chain, anchors, host: hostOfLeaf(leaf) ?? "", now });
}

function assumedRoots(
  { chain, leaf, ca }: Pick<LoadedPair, "chain" | "leaf" | "ca">,
  { allowLeafOnly }: PathRules,
): readonly Certificate[] {
  const above = assumedAnchors(chain).filter(({ fingerprint }) => fingerprint !== leaf.fingerprint);
  if (above.length > 0) {
    const strong = above.filter((it) => !isWeaklySigned(it));
    return [...(strong.length > 0 ? strong : above), ...ca, ...(isSelfIssued(leaf) ? [leaf] : [])];
  }
  const isComplete = isSelfIssued(leaf) || allowLeafOnly || ca.some((it) => linkFault(leaf, it) === undefined);
  return isComplete ? [leaf] : [];
}

/** Why `parent` did not sign `child`; undefined if it did. */
export function linkFault(child: Certificate, parent: Certificate): string | undefined {
  if (child.issuer.raw !== parent.subject.raw)
    return `${child.subject.short} is signed by ${child.issuer.short}, but the next certificate is ${parent.subject.short}`;
  return checkSignature(child, parent)?.message;
}

/** Whether clients refuse the signature of an intermediate. They do not look at that of a root. */
export function isWeaklySigned(certificate: Certificate): boolean {
  return !isSelfIssued(certificate) && /^(?:SHA1|MD5)-/.test(certificate.signatureAlgorithm);
}

/** Whether a certificate names itself as its issuer, as roots and self-signed leaves do. */
function isSelfIssued({ subject, issuer }: Certificate): boolean {
  return subject.raw === issuer.raw;
}
