import type { CapabilityKey } from "./readKeySet.ts";

/**
 * The key of a set that the last rotation stopped; undefined where no rotation did. An instance that does not have the set yet, or goes
 * back to the one before, still signs with it. The next rotation says that each instance has the set: a key that was
 * stopped earlier signs nowhere.
 */
export function lastSigner([signing, ...others]: readonly CapabilityKey[]): CapabilityKey | undefined {
  return others.find(({ untilMs, sinceMs }) => untilMs !== undefined && sinceMs === signing?.sinceMs);
}
