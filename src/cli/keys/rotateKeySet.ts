import { lastSigner } from "../../identity/capability/lastSigner.ts";
import { type CapabilityKey, MAX_KEYS } from "../../identity/capability/readKeySet.ts";
import { keyRole } from "./keyRole.ts";

/** How long a new set may take to reach each instance: a secret and a deployment of some regions take minutes. */
export const MIN_AGE_MS = 10 * 60_000;
/** A set with at least one key: the first signs. */
export type KeySet = readonly [CapabilityKey, ...CapabilityKey[]];

/** What a rotation needs beside the set. */
export interface Rotation {
  readonly nowMs: number;
  /** The longest life and grace of the gate's clusters. */
  readonly lifeMs: number;
  readonly graceMs: number;
  /** A new key, the next one. */
  readonly fresh: CapabilityKey;
  /** The next key is on each instance, whatever its age. */
  readonly isDeployed: boolean;
}

/** The set after a rotation, or why there is none yet. */
export type RotationResult =
  | { readonly outcome: "rotated"; readonly keys: KeySet; readonly dropped: readonly CapabilityKey[] }
  /** The set had no next key. It has one now, and the same key signs. */
  | { readonly outcome: "prepared"; readonly keys: KeySet; readonly dropped: readonly CapabilityKey[] }
  /** The next key is younger than {@link MIN_AGE_MS}, or nobody knows its age. */
  | { readonly outcome: "too-early"; readonly readyMs: number | undefined }
  /** Each key still has capabilities. */
  | { readonly outcome: "full"; readonly readyMs: number };

/**
 * Rotates a set of keys, so that no capability is refused while instances have the set before or after it. Who rotates says
 * that each instance has the set, so the key before may have signed until now.
 *
 * | key | becomes |
 * |---|---|
 * | next, {@link MIN_AGE_MS} old | signs |
 * | next, younger | nothing changes: an instance may not know it |
 * | none is next | the new key is next, and the same key signs |
 * | signs | verifies, without its private part, until a life and a grace from now |
 * | verifies since the last rotation | verifies until a life and a grace from now |
 * | verifies for longer | the same. A longer life or grace counts from when it signed last |
 * | verifies for longer, its time is over | dropped |
 * | new | next |
 */
export function rotateKeySet(keys: KeySet, { nowMs, lifeMs, graceMs, fresh, isDeployed }: Rotation): RotationResult {
  const stopped = (key: CapabilityKey, sinceMs: number) => {
    const untilMs = Math.max(key.untilMs ?? 0, sinceMs + lifeMs + graceMs);
    return { ...key, d: undefined, sinceMs, untilMs };
  };
  const [signing, ...others] = keys;
  const last = lastSigner(keys);
  const next = others.find((key) => keyRole(key, 1) === "next");
  const previous = others
    .filter((key) => key !== next)
    .map((key) => {
      // A set that another tool made does not say when a key signed last.
      const signedMs = key.untilMs === undefined || key === last ? nowMs : key.sinceMs;
      return stopped(key, signedMs ?? nowMs);
    });
  const kept = previous.filter(({ untilMs }) => untilMs > nowMs);
  const dropped = previous.filter(({ untilMs }) => untilMs <= nowMs);
  const added = { ...fresh, sinceMs: nowMs };
  let rotated: KeySet;
  if (next === undefined) rotated = [signing, added, ...kept];
  else {
    const readyMs = next.sinceMs === undefined ? undefined : next.sinceMs + MIN_AGE_MS;
    if (!isDeployed && (readyMs === undefined || nowMs < readyMs)) return { outcome: "too-early", readyMs };
    rotated = [{ ...next, sinceMs: nowMs }, added, stopped(signing, nowMs), ...kept];
  }
  if (rotated.length > MAX_KEYS) return { outcome: "full", readyMs: Math.min(...kept.map(({ untilMs }) => untilMs)) };
  return { outcome: next === undefined ? "prepared" : "rotated", keys: rotated, dropped };
}
