import { lastSigner } from "../../identity/capability/lastSigner.ts";
import type { CapabilityKey } from "../../identity/capability/readKeySet.ts";
import { keyRole } from "./keyRole.ts";
import type { KeySet } from "./rotateKeySet.ts";

/** What dropping a key needs beside the set. */
export interface KeyDrop {
  readonly kid: string;
  readonly nowMs: number;
  /** A new key, which is next when the set has no other one. */
  readonly fresh: CapabilityKey;
}

/** The set without a key, or why there is none. */
export type DropResult =
  | { readonly outcome: "dropped"; readonly keys: KeySet; readonly dropped: CapabilityKey }
  /** The set has no such key. */
  | { readonly outcome: "unknown" }
  /** No other key of the set can sign. */
  | { readonly outcome: "last" };

/**
 * Takes a key that leaked out of a set:
 *
 * | key | then |
 * |---|---|
 * | signs | the next key signs, and the new key is next |
 * | next | the new key is next |
 * | verifies | nothing else changes |
 *
 * Who drops a key does not say that each instance has the set of the file. So the key that the last rotation stopped may still sign
 * somewhere, and its times are moved to now.
 */
export function dropKey(keys: KeySet, { kid, nowMs, fresh }: KeyDrop): DropResult {
  const dropped = keys.find((key) => key.kid === kid);
  if (dropped === undefined) return { outcome: "unknown" };
  const [signing, ...others] = keys;
  const rest = others.filter((key) => key !== dropped);
  const next = rest.filter((key) => keyRole(key, 1) === "next");
  const stopped = rest.filter((key) => !next.includes(key));
  const added = { ...fresh, sinceMs: nowMs };
  if (dropped !== signing) {
    const known = next.length > 0 || keyRole(dropped, 1) !== "next" ? next : [added];
    return { outcome: "dropped", keys: [signing, ...known, ...stopped], dropped };
  }
  const [signs, ...known] = next;
  if (signs === undefined) return { outcome: "last" };
  const last = lastSigner(keys);
  return {
    outcome: "dropped",
    keys: [
      { ...signs, sinceMs: nowMs },
      ...(known.length > 0 ? known : [added]),
      ...stopped.map((key) => (key === last ? moved(key, nowMs) : key)),
    ],
    dropped,
  };
}

function moved(key: CapabilityKey, nowMs: number): CapabilityKey {
  const { sinceMs = nowMs, untilMs = nowMs } = key;
  return { ...key, sinceMs: nowMs, untilMs: untilMs + Math.max(0, nowMs - sinceMs) };
}
