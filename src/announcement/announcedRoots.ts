import { parseBundle } from "../trust/bundle.ts";
import { catalogue } from "../trust/roots/catalogue.ts";
import { rootCatalogues } from "../trust/roots/rootCatalogues.ts";
import { TrustError } from "../trust/TrustError.ts";
import type { Certificate } from "../trust/x509/Certificate.ts";

/** Roots that names stand for, or what is not known. */
export type AnnouncedRoots =
  | { readonly ok: true; readonly roots: readonly Certificate[] }
  | { readonly ok: false; readonly message: string };

/**
 * The roots that catalogue names and fingerprints stand for. A fingerprint brings nothing along: it has to be that of a root
 * in one of the catalogues, or of one that is `known` already, by the config or from a bundle in force.
 */
export function announcedRoots(names: readonly string[], known: readonly Certificate[]): AnnouncedRoots {
  const roots: Certificate[] = [];
  for (const name of names) {
    const found = name.startsWith("sha256:") ? rootOf(name.slice("sha256:".length), known) : namedRoots(name);
    if (found === undefined)
      return { ok: false, message: `${name} is the root of no catalogue, config or bundle here` };
    if (typeof found === "string") return { ok: false, message: found };
    roots.push(...found);
  }
  return { ok: true, roots };
}

function rootOf(fingerprint: string, known: readonly Certificate[]): readonly Certificate[] | undefined {
  const own = known.find((root) => root.fingerprint === fingerprint);
  if (own !== undefined) return [own];
  const shipped = Object.values(rootCatalogues)
    .flat()
    .find((root) => root.fingerprint === fingerprint);
  return shipped === undefined ? undefined : parseBundle(shipped.pem, shipped.name);
}

function namedRoots(name: string): readonly Certificate[] | string {
  try {
    return catalogue(name);
  } catch (error) {
    if (error instanceof TrustError) return error.message;
    throw error;
  }
}
