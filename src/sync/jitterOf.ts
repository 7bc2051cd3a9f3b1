import { createHash } from "node:crypto";

/** 48 bits: the most that `readUIntBE` reads without loss. */
const RANGE = 2 ** 48;

/**
 * Returns the delay of a cluster's run within a window, in milliseconds. It spreads runs: 3,000 clusters with one schedule
 * would otherwise call the endpoint at the same time. The delay follows from a SHA-256 hash of the names. It is stable for
 * one cluster, so its runs stay one interval apart, and evenly distributed over clusters.
 */
export function jitterOf(
  { gate, cluster }: { readonly gate: string; readonly cluster: string },
  windowMs: number,
): number {
  const hash = createHash("sha256").update(`${gate}\n${cluster}`).digest();
  return Math.floor((hash.readUIntBE(0, 6) / RANGE) * windowMs);
}
