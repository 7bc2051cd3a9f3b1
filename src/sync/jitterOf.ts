import { createHash } from "node:crypto";

/** A fraction of 2^48, as many bits as a number can count on. */
const RANGE = 2 ** 48;

/**
 * When within a window a cluster's run begins, in milliseconds: 3,000 clusters have the same schedule, and would all call
 * the same endpoint at once. Always the same for one cluster, so that its runs stay one interval apart, and evenly spread
 * over clusters, for it follows from a hash (SHA-256) of the names.
 */
export function jitterOf(
  { gate, cluster }: { readonly gate: string; readonly cluster: string },
  window: number,
): number {
  const hash = createHash("sha256").update(`${gate}\n${cluster}`).digest();
  return Math.floor((hash.readUIntBE(0, 6) / RANGE) * window);
}
