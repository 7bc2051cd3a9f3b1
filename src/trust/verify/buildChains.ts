import type { Certificate } from "../x509/Certificate.ts";
import type { CertificatePool } from "./CertificatePool.ts";
import { checkCertificate } from "./checkCertificate.ts";
import { checkSignature } from "./checkSignature.ts";
import type { Chain, Refusal } from "./Verification.ts";

/** Candidates looked at in one verification: Go's maxChainSignatureChecks. It bounds what a hostile server can cost. */
const MOST_CANDIDATES = 100;

/** The ways found from a leaf to anchors, and the first reason for which one was given up. */
export interface BuiltChains {
  readonly chains: readonly Chain[];
  readonly refusal: Refusal | undefined;
}

/** What is searched. `now` in milliseconds since 1970. */
export interface ChainSearch {
  readonly anchors: CertificatePool;
  readonly intermediates: CertificatePool;
  readonly now: number;
}

/** Every chain from `leaf` to an anchor whose signatures, dates and path lengths hold: Go's buildChains. */
export function buildChains(leaf: Certificate, search: ChainSearch): BuiltChains {
  const chains: Chain[] = [];
  let refusal: Refusal | undefined;
  let candidates = 0;

  const extend = (chain: Chain, child: Certificate): void => {
    for (const place of ["anchor", "intermediate"] as const)
      for (const parent of search[place === "anchor" ? "anchors" : "intermediates"].parentsOf(child)) {
        candidates += 1;
        if (candidates > MOST_CANDIDATES) {
          refusal = { code: "too-much-work", message: `more than ${MOST_CANDIDATES} candidates for a chain` };
          return;
        }
        if (parent.publicKey.kind === "unknown" || isInChain(parent, chain)) continue;
        const fault = checkSignature(child, parent) ?? checkCertificate(parent, place, chain.length - 1, search.now);
        if (fault !== undefined) refusal ??= fault;
        else if (place === "anchor") chains.push([...chain, parent]);
        else extend([...chain, parent], parent);
        if (candidates > MOST_CANDIDATES) return;
      }
  };

  extend([leaf], leaf);
  return { chains, refusal };
}

/** The same subject, key and alternative names: so that certificates that sign each other do not go round in circles. */
function isInChain(candidate: Certificate, chain: Chain): boolean {
  for (const { subject, publicKeyFingerprint, rawSans } of chain) {
    if (subject.raw !== candidate.subject.raw || publicKeyFingerprint !== candidate.publicKeyFingerprint) continue;
    if (rawSans === candidate.rawSans) return true;
    // As in Go: with and without alternative names are different, and the rest of the chain is not looked at.
    if (rawSans === undefined || candidate.rawSans === undefined) return false;
  }
  return false;
}
