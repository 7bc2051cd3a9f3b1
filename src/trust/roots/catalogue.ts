import { parseBundle } from "../bundle.ts";
import { TrustError } from "../TrustError.ts";
import type { Certificate } from "../x509/Certificate.ts";
import { type CatalogueName, rootCatalogues } from "./rootCatalogues.ts";

/**
 * A provider's roots, from what comes with Postern and not from the machine. Throws {@link TrustError} `unknown-catalogue`,
 * with the names that there are.
 */
export function catalogue(name: string): readonly Certificate[] {
  if (!isCatalogueName(name))
    throw new TrustError(
      "unknown-catalogue",
      `no root catalogue is called ${JSON.stringify(name)}; there are ${Object.keys(rootCatalogues).join(", ")}`,
    );
  return rootCatalogues[name].flatMap((root) => parseBundle(root.pem, root.name));
}

/** Whether there is a catalogue of that name. */
export function isCatalogueName(name: string): name is CatalogueName {
  return Object.hasOwn(rootCatalogues, name);
}
