import { amazonRoots } from "./amazonRoots.ts";
import { googleRoots } from "./googleRoots.ts";
import { isrgRoots } from "./isrgRoots.ts";
import type { Root } from "./Root.ts";
import { sectigoRoots } from "./sectigoRoots.ts";
import { sslcomRoots } from "./sslcomRoots.ts";

/**
 * Every root that a provider's managed certificates may lead to. Roots alone: intermediates change without notice.
 *
 * - `cloudflare`: https://developers.cloudflare.com/ssl/reference/certificate-authorities/ names Let's Encrypt, Google
 *   Trust Services and SSL.com, with Sectigo for backup certificates, and switches among them without asking.
 * - `aws`: ACM issues from Amazon Trust Services,
 *   https://aws.amazon.com/blogs/security/how-to-configure-and-verify-acm-certificates-with-trust-stores
 * - `letsencrypt`, `google`, `sslcom`, `sectigo`: one CA alone, for an ACME client of one's own or an ordered certificate.
 */
export const rootCatalogues = {
  cloudflare: [...isrgRoots, ...googleRoots, ...sslcomRoots, ...sectigoRoots],
  aws: amazonRoots,
  letsencrypt: isrgRoots,
  google: googleRoots,
  sslcom: sslcomRoots,
  sectigo: sectigoRoots,
} as const satisfies Readonly<Record<string, readonly Root[]>>;

/** A catalogue's name. */
export type CatalogueName = keyof typeof rootCatalogues;
