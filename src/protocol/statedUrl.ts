/** The capability of a URL, with its prefix. The grammar is in `gateUrl.ts`. */
const CAPABILITY = /\/k\/([\w.-]+)(?=\/c\/)/;
/** Enough to tell one capability from another. */
const HEX_DIGITS = 32;

/**
 * The URL as a self-test states it: with a hash in the place of the capability, `/k/sha256-HEX/`. Who reads the statement
 * learns no secret, and the sync knows with which capability it was called.
 */
export async function statedUrl(url: string): Promise<string> {
  const [part, token] = CAPABILITY.exec(url) ?? [];
  if (part === undefined || token === undefined) return url;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return url.replace(part, `/k/sha256-${hex.slice(0, HEX_DIGITS)}`);
}
