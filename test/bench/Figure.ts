import type { Ratio } from "./Ratio.ts";

/** One line of the benchmark: a ratio against a floor of the same runtime, and what it is meant to be. */
export interface Figure {
  readonly name: string;
  /** What stands above the line and what below. */
  readonly compared: string;
  readonly ratio: Ratio;
  /** The unit of `ratio.subject` and `ratio.floor`. */
  readonly unit: string;
  /** Undefined for a line that only explains another. */
  readonly aim?: { readonly atMost: number } | { readonly atLeast: number };
}

/** Whether a figure's median is where it is meant to be; undefined where nothing is meant. */
export function meetsAim({ aim, ratio }: Figure): boolean | undefined {
  if (aim === undefined) return undefined;
  return "atMost" in aim ? ratio.median <= aim.atMost : ratio.median >= aim.atLeast;
}
