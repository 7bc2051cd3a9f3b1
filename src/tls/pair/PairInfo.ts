import type { Verification } from "../../trust/verify/Verification.ts";
import type { LoadedPair } from "./LoadedPair.ts";
import type { Slot } from "./Slot.ts";

/** Facts of a pair without its PEM. Times in milliseconds since 1970. */
export interface PairInfo {
  readonly slot: Slot;
  /** `sha256:HEX` over the chain. */
  readonly hash: string;
  /** Serial number of the leaf, in lower-case hex without leading zeros. */
  readonly serial: string;
  readonly subject: string;
  readonly notBefore: number;
  /**
   * When the path that clients take ends, inclusive (RFC 5280 4.1.2.5): the earliest `notAfter` on it. Other certificates of
   * the file do not count. That of the leaf while clients have no path.
   */
  readonly notAfter: number;
}

/** The facts of a pair that was loaded from a slot. `path` is the result of `clientPath`. */
export function pairInfo(slot: Slot, { leaf, hash }: LoadedPair, path?: Verification): PairInfo {
  return {
    slot,
    hash,
    serial: leaf.serial,
    subject: leaf.subject.short,
    notBefore: leaf.notBefore.getTime(),
    notAfter: (path?.ok === true ? path.notAfter : leaf.notAfter).getTime(),
  };
}

/** The API server's longest timeout for a call is 30 s. Connections move to another certificate that long before the end. */
const MAX_MARGIN_MS = 30_000;

/** When a pair becomes `ending`: a twentieth of its lifetime before its end, at most 30 s. In milliseconds since 1970. */
export function endOfUse({ notBefore, notAfter }: Pick<PairInfo, "notBefore" | "notAfter">): number {
  return notAfter - Math.min(MAX_MARGIN_MS, (notAfter - notBefore) / 20);
}
