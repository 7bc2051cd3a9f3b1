import type { CapabilityKey } from "../../identity/capability/readKeySet.ts";

/** What a key of a set is for. Every key verifies. */
export type KeyRole =
  /** It signs new capabilities: the first of the set. */
  | "signs"
  /** It is known everywhere before it signs. */
  | "next"
  /** It signed before, and verifies until its last capability has ended. */
  | "verifies";

/** The role of a key at a place of a set. */
export function keyRole({ d, untilMs }: CapabilityKey, index: number): KeyRole {
  if (index === 0) return "signs";
  return d !== undefined && untilMs === undefined ? "next" : "verifies";
}
