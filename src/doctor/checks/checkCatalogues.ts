import { readableCertificates } from "../../trust/bundle.ts";
import { type CatalogueName, catalogueOrigins, rootCatalogues } from "../../trust/roots/catalogue.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import { gateHooks } from "../cluster/gateHooks.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

const DAY_MS = 86_400_000;
/** Half a year. CAs announce new roots at least a year before they issue from them. */
const MAX_AGE_DAYS = 180;

/** Reports root catalogues that were last compared with their source long ago, if a bundle of the gate has roots of them. */
export function checkCatalogues(view: Pick<ClusterView, "now" | "registrations">): DoctorFinding[] {
  const bundles = new Set(gateHooks(view).map(({ bundle }) => bundle));
  const inForce = new Set([...bundles].flatMap(readableCertificates).map(({ fingerprint }) => fingerprint));
  return namesOf(rootCatalogues).flatMap((name): DoctorFinding[] => {
    const { source, comparedOn } = catalogueOrigins[name];
    const age = Math.floor((view.now - Date.parse(comparedOn)) / DAY_MS);
    if (age <= MAX_AGE_DAYS || !rootCatalogues[name].some(({ fingerprint }) => inForce.has(fingerprint))) return [];
    return [
      {
        code: "old-catalogue",
        severity: "warning",
        about: `catalogue ${name}`,
        message: `was compared with ${source} on ${comparedOn}, ${age} days ago: roots that its provider uses since then may be missing`,
        todo: `Update Postern. Until then, compare the catalogue with its source and add missing roots to trust.roots as PEM files.`,
      },
    ];
  });
}

function namesOf(catalogues: typeof rootCatalogues): CatalogueName[] {
  const known = catalogues satisfies Record<CatalogueName, unknown>;
  const isName = (name: string): name is CatalogueName => Object.hasOwn(known, name);
  return Object.keys(known).filter(isName);
}
