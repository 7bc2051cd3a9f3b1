import type { Slot } from "../rotation/chooseCertificate.ts";
import type { LoadedPair } from "./LoadedPair.ts";

/** A pair as the rotation knows it: everything but its bytes. Times in milliseconds since 1970. */
export interface PairInfo {
  readonly slot: Slot;
  /** `sha256:HEX` over the chain. */
  readonly hash: string;
  /** The leaf's, in lower-case hex without leading zeros. */
  readonly serial: string;
  readonly subject: string;
  readonly notBefore: number;
  /** The first end in the chain, still in its time (RFC 5280 4.1.2.5); a root's own does not count. */
  readonly notAfter: number;
}

/** The facts of a pair that was loaded from a slot. */
export function pairInfo(slot: Slot, { chain, leaf, hash }: LoadedPair): PairInfo {
  const ends = chain
    .filter((it, at) => at === 0 || it.subject.raw !== it.issuer.raw)
    .map(({ notAfter }) => notAfter.getTime());
  return {
    slot,
    hash,
    serial: leaf.serial,
    subject: leaf.subject.short,
    notBefore: leaf.notBefore.getTime(),
    notAfter: Math.min(...ends),
  };
}

/** A call may last 30 s, the API server's longest timeout: connections are moved that long before the end. In milliseconds. */
const MOST_MARGIN = 30_000;

/** From when on a pair is `ending`: a twentieth of its life before its end, at most 30 s. Milliseconds since 1970. */
export function endOfUse({ notBefore, notAfter }: Pick<PairInfo, "notBefore" | "notAfter">): number {
  return notAfter - Math.min(MOST_MARGIN, (notAfter - notBefore) / 20);
}
