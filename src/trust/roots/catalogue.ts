import { parseBundle } from "../bundle.ts";
import { TrustError } from "../TrustError.ts";
import type { Certificate } from "../x509/Certificate.ts";
import { amazonRoots } from "./amazonRoots.ts";
import { googleRoots } from "./googleRoots.ts";
import { isrgRoots } from "./isrgRoots.ts";
import type { Root } from "./Root.ts";
import { sectigoRoots } from "./sectigoRoots.ts";
import { sslcomRoots } from "./sslcomRoots.ts";

/**
 * The roots that a provider's managed certificates can chain to. They contain no intermediates, because CAs change
 * those without notice.
 *
 * - `cloudflare`: Let's Encrypt, Google Trust Services, SSL.com, and Sectigo for backup certificates. Cloudflare
 *   switches among them without asking (https://developers.cloudflare.com/ssl/reference/certificate-authorities/).
 * - `aws`: Amazon Trust Services, which ACM issues from
 *   (https://aws.amazon.com/blogs/security/how-to-configure-and-verify-acm-certificates-with-trust-stores).
 * - `letsencrypt`, `google`, `sslcom`, `sectigo`: a single CA, for your own ACME client or an ordered certificate.
 */
export const rootCatalogues = {
  cloudflare: [...isrgRoots, ...googleRoots, ...sslcomRoots, ...sectigoRoots],
  aws: amazonRoots,
  letsencrypt: isrgRoots,
  google: googleRoots,
  sslcom: sslcomRoots,
  sectigo: sectigoRoots,
} as const satisfies Readonly<Record<string, readonly Root[]>>;

/** The name of a root catalogue. */
export type CatalogueName = keyof typeof rootCatalogues;

/** The list that the roots of a catalogue were compared with, and the date of that list. */
export interface CatalogueOrigin {
  readonly source: string;
  /** `YYYY-MM-DD`, in UTC. */
  readonly comparedOn: string;
}

const MOZILLA: CatalogueOrigin = {
  source: "https://ccadb.my.salesforce-sites.com/mozilla/IncludedCACertificateReport",
  comparedOn: "2026-10-30",
};

/** The origin of each catalogue. Change the date only after a comparison. */
export const catalogueOrigins: Readonly<Record<CatalogueName, CatalogueOrigin>> = {
  cloudflare: { source: "https://github.com/cloudflare/cfssl_trust", comparedOn: "2026-11-29" },
  aws: MOZILLA,
  letsencrypt: { source: "https://letsencrypt.org/certificates/", comparedOn: "2026-11-29" },
  google: MOZILLA,
  sslcom: MOZILLA,
  sectigo: MOZILLA,
};

/**
 * The roots of a catalogue. They come with Postern, not from the machine's trust store. Throws {@link TrustError}
 * `unknown-catalogue`, whose message lists the names of all catalogues.
 */
export function catalogue(name: string): readonly Certificate[] {
  if (!isCatalogueName(name))
    throw new TrustError(
      "unknown-catalogue",
      `there is no root catalogue ${JSON.stringify(name)}; use one of ${Object.keys(rootCatalogues).join(", ")}`,
    );
  return rootCatalogues[name].flatMap((root) => parseBundle(root.pem, root.name));
}

/** Whether a catalogue has this name. */
export function isCatalogueName(name: string): name is CatalogueName {
  return Object.hasOwn(rootCatalogues, name);
}
