import type { Certificate } from "../x509/Certificate.ts";
import { allowsClientAuth } from "./allowsClientAuth.ts";
import { allowsServerAuth } from "./allowsServerAuth.ts";
import { buildChains, MAX_CANDIDATES } from "./buildChains.ts";
import { CertificatePool } from "./CertificatePool.ts";
import { checkCertificate } from "./checkCertificate.ts";
import { hostMessage } from "./hostMessage.ts";
import { matchesHost } from "./matchesHost.ts";
import { NameConstraintCheck } from "./NameConstraintCheck.ts";
import type { Chain, ChainFault, Verification } from "./Verification.ts";

/** A served chain and the trust bundle to verify it with. */
export interface ChainQuestion {
  /** The served certificates: the leaf first, the others in any order. */
  readonly served: readonly Certificate[];
  /** The trust bundle. Usually roots; intermediates and leaves are anchors too. */
  readonly anchors: readonly Certificate[];
  /** The host of the URL: a name or an address. */
  readonly host: string;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** A chain that a client sent: the leaf first, the others in any order. */
export type ClientChainQuestion = Omit<ChainQuestion, "host">;

/** Go's TLS client accepts no larger RSA key in any served certificate. */
export const MAX_RSA_BITS = 8192;

/**
 * Verifies a served chain as the API server does: Go's x509.Certificate.Verify for server authentication, with the
 * bundle as roots, and the rules of Go's crypto/tls on keys. Never accepts a chain that Go refuses. Go may accept a
 * chain that is refused here in two cases: an intermediate requires a check of policies (`needs-policies`), or name
 * constraints apply to names in unusual forms. Revocation is not checked; the API server does not check it either.
 */
export function verifyChain({ served, anchors, host, now }: ChainQuestion): Verification {
  const [leaf] = served;
  if (leaf === undefined) return failed({ code: "no-certificate", message: "no certificate was served" });
  if (anchors.length === 0) return failed({ code: "no-anchors", message: "the bundle has no certificate" });
  if (host === "") return failed({ code: "no-host", message: "no host was given" });
  return verifyFor({ served, anchors, now }, leaf, {
    leafFault: () => (matchesHost(leaf, host) ? undefined : { code: "wrong-host", message: hostMessage(leaf, host) }),
    usageFault: (chain) => {
      const forOthers = chain.find((it) => !allowsServerAuth([it]));
      return forOthers && wrongUsage(forOthers, "server");
    },
  });
}

/**
 * Verifies the chain of a client, in the same way, for client authentication. Names are not checked. Stricter than Go in one
 * point: the leaf must list the extended key usage. A certificate that says nothing of its purpose is often one of a server.
 */
export function verifyClientChain({ served, anchors, now }: ClientChainQuestion): Verification {
  const [leaf] = served;
  if (leaf === undefined) return failed({ code: "no-certificate", message: "no certificate was sent" });
  if (anchors.length === 0) return failed({ code: "no-anchors", message: "the bundle has no certificate" });
  return verifyFor({ served, anchors, now }, leaf, {
    leafFault: () => undefined,
    usageFault: (chain) => {
      const forOthers = chain.find((it) => !allowsClientAuth(it, it === leaf));
      return forOthers && wrongUsage(forOthers, "client");
    },
  });
}

/** The checks that depend on what a chain is for. */
interface ChainPurpose {
  readonly leafFault: () => ChainFault | undefined;
  readonly usageFault: (chain: Chain) => ChainFault | undefined;
}

function verifyFor(
  { served, anchors, now }: ClientChainQuestion,
  leaf: Certificate,
  purpose: ChainPurpose,
): Verification {
  const others = served.slice(1);
  const leafFault = checkKeys(served) ?? checkCertificate(leaf, "leaf", 0, now) ?? purpose.leafFault();
  if (leafFault !== undefined) return failed(leafFault);
  const pool = new CertificatePool(anchors);
  const built = pool.has(leaf)
    ? { chains: [[leaf]], fault: undefined }
    : buildChains(leaf, { anchors: pool, intermediates: new CertificatePool(others), now });
  const names = new NameConstraintCheck();
  const faults = built.chains.map((chain) => policyFault(chain) ?? purpose.usageFault(chain) ?? names.faultOf(chain));
  const chains = built.chains.filter((_, index) => faults[index] === undefined);
  const [best] = chains.toSorted((left, right) => endOf(right) - endOf(left));
  const anchor = best?.at(-1);
  if (best !== undefined && anchor !== undefined)
    return { ok: true, chains, path: best, notAfter: new Date(endOf(best)), anchor };
  const noAnchor: ChainFault = { code: "unknown-authority", message: noAnchorMessage(leaf, others, pool) };
  return failed(faults.find((fault) => fault !== undefined) ?? built.fault ?? noAnchor);
}

function failed(fault: ChainFault): Verification {
  return { ok: false, ...fault };
}

function checkKeys(served: readonly Certificate[]): ChainFault | undefined {
  const large = served.find(({ publicKey }) => publicKey.kind === "rsa" && publicKey.bits > MAX_RSA_BITS);
  if (large !== undefined)
    return {
      code: "key-not-usable",
      message: `${large.subject.short} has an RSA key of more than ${MAX_RSA_BITS} bits`,
    };
  if (served[0]?.publicKey.kind === "unknown")
    return { code: "key-not-usable", message: `${served[0].subject.short} has an unsupported kind of key` };
  return undefined;
}

/** With {@link ChainPurpose} and name constraints, the checks that Go makes after it has built a chain. */
function policyFault(chain: Chain): ChainFault | undefined {
  // The anchor's own policies do not count.
  const withPolicies = chain.slice(0, -1).find(({ needsPolicies }) => needsPolicies);
  return (
    withPolicies && {
      code: "needs-policies",
      message: `${withPolicies.subject.short} requires a check of certificate policies, which is not implemented`,
    }
  );
}

function wrongUsage({ subject }: Certificate, use: "server" | "client"): ChainFault {
  return { code: "wrong-usage", message: `${subject.short} does not allow ${use} authentication` };
}

function endOf(chain: Chain): number {
  return Math.min(...chain.map(({ notAfter }) => notAfter.getTime()));
}

function noAnchorMessage(leaf: Certificate, others: readonly Certificate[], pool: CertificatePool): string {
  const served = new CertificatePool(others);
  let top = leaf;
  // Follow the served certificates upwards, each at most once, and not further than a chain is built.
  for (const _ of others.slice(0, MAX_CANDIDATES))
    top = served.parentsOf(top).find((it) => it.fingerprint !== top.fingerprint) ?? top;
  const hint = pool.parentsOf(top).length === 0 ? "" : " (the bundle has a different certificate of that name)";
  return `the chain of ${leaf.subject.short} leads to ${top.issuer.short}, which is not in the bundle${hint}`;
}
