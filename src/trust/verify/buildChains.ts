import type { Certificate } from "../x509/Certificate.ts";
import type { CertificatePool } from "./CertificatePool.ts";
import { checkCertificate } from "./checkCertificate.ts";
import { checkSignature } from "./checkSignature.ts";
import type { Chain, ChainFault } from "./Verification.ts";

/** The number of candidates in one verification: Go's maxChainSignatureChecks. Limits the cost of a hostile chain. */
export const MAX_CANDIDATES = 100;

/** The chains from a leaf to an anchor, and the first fault found on the way; undefined if there is none. */
export interface BuiltChains {
  readonly chains: readonly Chain[];
  readonly fault: ChainFault | undefined;
}

/** Where to search for issuers. */
export interface ChainSearch {
  readonly anchors: CertificatePool;
  readonly intermediates: CertificatePool;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/**
 * Builds every chain from `leaf` to an anchor with valid signatures, dates and path lengths, as Go's buildChains does.
 */
export function buildChains(leaf: Certificate, search: ChainSearch): BuiltChains {
  const chains: Chain[] = [];
  let firstFault: ChainFault | undefined;
  let candidates = 0;

  const extend = (chain: Chain, child: Certificate): void => {
    for (const place of ["anchor", "intermediate"] as const)
      for (const parent of search[place === "anchor" ? "anchors" : "intermediates"].parentsOf(child)) {
        candidates += 1;
        if (candidates > MAX_CANDIDATES) {
          firstFault = { code: "too-much-work", message: `more than ${MAX_CANDIDATES} candidates for a chain` };
          return;
        }
        if (parent.publicKey.kind === "unknown" || isInChain(parent, chain)) continue;
        const fault = checkSignature(child, parent) ?? checkCertificate(parent, place, chain.length - 1, search.now);
        if (fault !== undefined) firstFault ??= fault;
        else if (place === "anchor") chains.push([...chain, parent]);
        else extend([...chain, parent], parent);
        if (candidates > MAX_CANDIDATES) return;
      }
  };

  extend([leaf], leaf);
  return { chains, fault: firstFault };
}

/**
 * Whether a chain has a certificate with the same subject, key and alternative names. Prevents loops of cross-signed
 * CAs.
 */
function isInChain(candidate: Certificate, chain: Chain): boolean {
  for (const { subject, publicKeyFingerprint, rawSans } of chain) {
    if (subject.raw !== candidate.subject.raw || publicKeyFingerprint !== candidate.publicKeyFingerprint) continue;
    if (rawSans === candidate.rawSans) return true;
    // As in Go: if only one of the two has alternative names, they differ and the search ends.
    if (rawSans === undefined || candidate.rawSans === undefined) return false;
  }
  return false;
}
