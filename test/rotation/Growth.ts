import { fitLine, type LineFit } from "./fitLine.ts";

/** What a process held after some rotations. */
export interface Held {
  readonly rotations: number;
  /** Of JavaScript, after a collection. In bytes. */
  readonly heap: number;
  /** All of the process, OpenSSL's included. In bytes. */
  readonly resident: number;
  readonly handles: number;
}

/** Whether something grows with the rotations. Its numbers are for 1,000 rotations. */
export interface Growth {
  readonly what: "heap" | "resident" | "handles";
  readonly first: number;
  readonly last: number;
  /** Undefined where there are too few measurements to tell. */
  readonly fit: LineFit | undefined;
  /** More than this, even at the least that the slope may be, is growth. */
  readonly bound: number;
  readonly grows: boolean | undefined;
}

const MIB = 2 ** 20;
/**
 * A context that is kept is some 100 KB outside of the heap, a connection or a pair some 10 KB in it: with each rotation that
 * is far beyond these bounds.
 */
const BOUNDS = { heap: MIB, resident: 32 * MIB, handles: 10 } as const;
/** While code is compiled and pools fill, everything grows, and ever slower: this part of the rotations is left out. */
const WARM_UP = 0.5;

/** Fits what was held at several times, without the warm-up. */
export function growthOf(held: readonly Held[]): Growth[] {
  const total = Math.max(0, ...held.map(({ rotations }) => rotations));
  const warm = held.filter(({ rotations }) => rotations >= total * WARM_UP);
  return (["heap", "resident", "handles"] as const).map((what) => {
    const fit = fitLine(warm.map((it) => [it.rotations / 1_000, it[what]]));
    const bound = BOUNDS[what];
    return {
      what,
      first: warm[0]?.[what] ?? Number.NaN,
      last: warm.at(-1)?.[what] ?? Number.NaN,
      fit,
      bound,
      grows: fit === undefined ? undefined : fit.least > bound,
    };
  });
}
