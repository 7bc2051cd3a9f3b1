import type { Certificate } from "../x509/Certificate.ts";
import { allowsServerAuth } from "./allowsServerAuth.ts";
import { buildChains } from "./buildChains.ts";
import { CertificatePool } from "./CertificatePool.ts";
import { checkCertificate } from "./checkCertificate.ts";
import { checkNameConstraints } from "./checkNameConstraints.ts";
import { matchesHost } from "./matchesHost.ts";
import type { Chain, Refusal, Verification } from "./Verification.ts";

/** What a server served, against what a registration trusts. */
export interface ChainQuestion {
  /** As served: the leaf first, the rest in any order. */
  readonly served: readonly Certificate[];
  /** The bundle: roots, and intermediates and leaves too if they are in it. */
  readonly anchors: readonly Certificate[];
  /** The URL's host: a name or an address. */
  readonly host: string;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** Go's TLS client takes no larger RSA key in any certificate that is served. In bits. */
export const MAX_RSA_BITS = 8192;

/**
 * Whether the API server would accept a connection: Go's x509.Certificate.Verify with the bundle as roots, for server
 * authentication, and crypto/tls's own rules on keys. Never says ok where Go does not. Says no where Go may say ok only for
 * a chain with an intermediate that demands policy checks (`needs-policies`), and for name constraints on names in odd
 * forms. Revocation is not looked at, as it is not by the API server.
 */
export function verifyChain({ served, anchors, host, now }: ChainQuestion): Verification {
  const [leaf, ...others] = served;
  if (leaf === undefined) return refused({ code: "no-certificate", message: "no certificate was served" });
  if (anchors.length === 0) return refused({ code: "no-anchors", message: "the bundle has no certificate" });
  if (host === "") return refused({ code: "no-host", message: "no host was given" });
  const unusable = checkKeys(served) ?? checkCertificate(leaf, "leaf", 0, now);
  if (unusable !== undefined) return refused(unusable);
  if (!matchesHost(leaf, host)) return refused({ code: "wrong-host", message: hostMessage(leaf, host) });
  const pool = new CertificatePool(anchors);
  const built = pool.has(leaf)
    ? { chains: [[leaf]], refusal: undefined }
    : buildChains(leaf, { anchors: pool, intermediates: new CertificatePool(others), now });
  const faults = built.chains.map(checkWholeChain);
  const chains = built.chains.filter((_, index) => faults[index] === undefined);
  const [best] = chains.toSorted((left, right) => endOf(right) - endOf(left));
  const anchor = best?.at(-1);
  if (best !== undefined && anchor !== undefined) return { ok: true, chains, notAfter: new Date(endOf(best)), anchor };
  const missing = { code: "unknown-authority", message: missingMessage(leaf, others, pool) } as const;
  return refused(faults.find((fault) => fault !== undefined) ?? built.refusal ?? missing);
}

function refused(refusal: Refusal): Verification {
  return { ok: false, ...refusal };
}

function checkKeys(served: readonly Certificate[]): Refusal | undefined {
  const large = served.find(({ publicKey }) => publicKey.kind === "rsa" && publicKey.bits > MAX_RSA_BITS);
  if (large !== undefined)
    return {
      code: "key-not-usable",
      message: `${large.subject.short} has an RSA key of more than ${MAX_RSA_BITS} bits`,
    };
  if (served[0]?.publicKey.kind === "unknown")
    return { code: "key-not-usable", message: `${served[0].subject.short} has a kind of key that is not supported` };
  return undefined;
}

/** Go checks these once a chain stands. */
function checkWholeChain(chain: Chain): Refusal | undefined {
  // The anchor's own policies do not count.
  const demanding = chain.slice(0, -1).find(({ needsPolicies }) => needsPolicies);
  if (demanding !== undefined)
    return {
      code: "needs-policies",
      message: `${demanding.subject.short} demands a check of policies, which is not done`,
    };
  if (!allowsServerAuth(chain))
    return { code: "wrong-usage", message: "a certificate in the chain is not for authenticating servers" };
  return checkNameConstraints(chain);
}

function endOf(chain: Chain): number {
  return Math.min(...chain.map(({ notAfter }) => notAfter.getTime()));
}

function hostMessage(leaf: Certificate, host: string): string {
  const names = [...leaf.sans.dns, ...leaf.sans.ip];
  if (names.length === 0) return `${leaf.subject.short} has no alternative names; a common name does not count`;
  return `the certificate is for ${names.slice(0, 10).join(", ")}, not for ${host}`;
}

function missingMessage(leaf: Certificate, others: readonly Certificate[], pool: CertificatePool): string {
  const served = new CertificatePool(others);
  let top = leaf;
  // As far as the served certificates lead; each is used once.
  for (const _ of others) top = served.parentsOf(top).find((it) => it.fingerprint !== top.fingerprint) ?? top;
  const hint = pool.parentsOf(top).length === 0 ? "" : " (the bundle has one of that name, but it is another)";
  return `${leaf.subject.short} was signed by nobody in the bundle; ${top.issuer.short} is what it lacks${hint}`;
}
