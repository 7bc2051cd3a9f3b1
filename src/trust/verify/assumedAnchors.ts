import type { Certificate } from "../x509/Certificate.ts";

/**
 * Stands in for the unknown roots of clients: every certificate served above the leaf. Clients do not use all of a chain.
 * The last certificate can be unrelated, or an expired cross-signed one whose key clients trust as a root. A leaf that is
 * served alone stands for itself.
 */
export function assumedAnchors(served: readonly Certificate[]): readonly Certificate[] {
  const [leaf, ...others] = served;
  const above = others.filter(({ fingerprint }) => fingerprint !== leaf?.fingerprint);
  return above.length > 0 ? above : served;
}
