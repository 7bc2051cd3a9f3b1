import { parseBundle } from "../trust/bundle.ts";
import { catalogue, rootCatalogues } from "../trust/roots/catalogue.ts";
import { TrustError } from "../trust/TrustError.ts";
import type { Certificate } from "../trust/x509/Certificate.ts";

/** The roots of a list of names, or the name that is not known. */
export type AnnouncedRoots =
  | { readonly ok: true; readonly roots: readonly Certificate[] }
  | { readonly ok: false; readonly message: string };

/**
 * Resolves names of catalogues and fingerprints to roots. A fingerprint must belong to a root in a catalogue or in `known`:
 * the roots of the config and of the bundles in force.
 */
export function announcedRoots(names: readonly string[], known: readonly Certificate[]): AnnouncedRoots {
  const roots: Certificate[] = [];
  for (const name of names) {
    const found = name.startsWith("sha256:") ? rootOf(name.slice("sha256:".length), known) : namedRoots(name);
    if (found === undefined)
      return { ok: false, message: `${name} is not a root of a catalogue, of the config or of a bundle in force` };
    if (typeof found === "string") return { ok: false, message: found };
    roots.push(...found);
  }
  return { ok: true, roots };
}

function rootOf(fingerprint: string, known: readonly Certificate[]): readonly Certificate[] | undefined {
  const match = known.find((root) => root.fingerprint === fingerprint);
  if (match !== undefined) return [match];
  const catalogued = Object.values(rootCatalogues)
    .flat()
    .find((root) => root.fingerprint === fingerprint);
  return catalogued === undefined ? undefined : parseBundle(catalogued.pem, catalogued.name);
}

function namedRoots(name: string): readonly Certificate[] | string {
  try {
    return catalogue(name);
  } catch (error) {
    if (error instanceof TrustError) return error.message;
    throw error;
  }
}
