import { fitLine, type LineFit } from "./fitLine.ts";

/** Memory and handles of a process after some rotations. */
export interface MemoryUse {
  readonly rotations: number;
  /** JavaScript heap in bytes, after a garbage collection. */
  readonly heap: number;
  /** Resident memory of the process in bytes, including OpenSSL. */
  readonly resident: number;
  readonly handles: number;
}

/** Growth of one measure. Slopes and bounds are per 1,000 rotations. */
export interface Growth {
  readonly what: "heap" | "resident" | "handles";
  readonly first: number;
  readonly last: number;
  /** Undefined with too few measurements. */
  readonly fit: LineFit | undefined;
  /** The measure grows when even the lower bound of the slope exceeds this. */
  readonly bound: number;
  readonly grows: boolean | undefined;
}

const MIB = 2 ** 20;
/**
 * A leaked TLS context has about 100 KB outside the heap, a leaked connection or pair about 10 KB in the heap. One leak per
 * rotation far exceeds these bounds.
 */
const BOUNDS = { heap: MIB, resident: 32 * MIB, handles: 10 } as const;
/** The first part of the rotations is ignored: compiled code and pools still grow. */
const WARM_UP_PART = 0.5;

/** Fits a line through the measurements after the warm-up. */
export function growthOf(measurements: readonly MemoryUse[]): Growth[] {
  const total = Math.max(0, ...measurements.map(({ rotations }) => rotations));
  const warm = measurements.filter(({ rotations }) => rotations >= total * WARM_UP_PART);
  return (["heap", "resident", "handles"] as const).map((what) => {
    const fit = fitLine(warm.map((it) => [it.rotations / 1_000, it[what]]));
    const bound = BOUNDS[what];
    return {
      what,
      first: warm[0]?.[what] ?? Number.NaN,
      last: warm.at(-1)?.[what] ?? Number.NaN,
      fit,
      bound,
      grows: fit === undefined ? undefined : fit.min > bound,
    };
  });
}
