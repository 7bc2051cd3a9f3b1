import { createHash } from "node:crypto";
import { encodeBundle } from "./bundle.ts";
import { parseBundle } from "./parseBundle.ts";

/**
 * `sha256:HEX` of what a bundle trusts: of its canonical form, so that comments, order, duplicates and line ends do not
 * count. Throws {@link TrustError} for a bundle that `parseBundle` refuses.
 */
export function bundleHash(pem: string): string {
  const canonical = encodeBundle(parseBundle(pem, "bundle").certificates);
  return `sha256:${createHash("sha256").update(canonical).digest("hex")}`;
}
