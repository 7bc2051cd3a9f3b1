import { Host } from "../../protocol/Host.ts";
import { type CatalogueName, catalogue, rootCatalogues } from "../../trust/roots/catalogue.ts";
import { assumedAnchors } from "../../trust/verify/assumedAnchors.ts";
import type { Verification } from "../../trust/verify/Verification.ts";
import { verifyChain } from "../../trust/verify/verifyChain.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { PreflightView } from "./PreflightView.ts";

/** A chain that the URL serves, and which roots verify it. */
export interface ServedChain {
  readonly addresses: readonly string[];
  readonly served: readonly Certificate[];
  /** With the roots of `--ca`, or the public ones. */
  readonly verification: Verification;
  readonly isPublic: boolean;
  /** The catalogues of Postern that verify it. */
  readonly catalogues: readonly CatalogueName[];
  /** Its names, dates and signatures, without regard to the root. */
  readonly rootless: Verification;
}

const NAMES = Object.keys(rootCatalogues).filter((name): name is CatalogueName => name in rootCatalogues);

/** The distinct chains that a URL serves, each verified as an API server does. */
export function servedChains({ url, now, observations, roots, publicRoots }: PreflightView): ServedChain[] {
  const host = Host.ofUrl(url).name;
  const seen = observations.flatMap((it) => (it.ok ? [it] : []));
  const key = (chain: readonly Certificate[]): string => chain.map(({ fingerprint }) => fingerprint).join();
  return [...Map.groupBy(seen, ({ chain }) => key(chain)).values()].flatMap((same): ServedChain[] => {
    const [first] = same;
    if (first === undefined) return [];
    const served = first.chain;
    const verify = (anchors: readonly Certificate[]): Verification => verifyChain({ served, anchors, host, now });
    const byPublic = verify(publicRoots);
    return [
      {
        addresses: [...new Set(same.map(({ address }) => address))],
        served,
        verification: roots === undefined ? byPublic : verify(roots),
        isPublic: byPublic.ok,
        catalogues: NAMES.filter((name) => verify(catalogue(name)).ok),
        rootless: verify(assumedAnchors(served)),
      },
    ];
  });
}
