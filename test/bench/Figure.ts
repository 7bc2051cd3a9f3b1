import type { Ratio } from "./Ratio.ts";

/** A row of the benchmark: a ratio to a floor of the same runtime, and its target. */
export interface Figure {
  readonly name: string;
  /** Descriptions of the subject and the floor, as `subject : floor`. */
  readonly compared: string;
  readonly ratio: Ratio;
  /** The unit of `ratio.subject` and `ratio.floor`. */
  readonly unit: string;
  /** The target of the median. Undefined for a row that only explains another row. */
  readonly target?: { readonly atMost: number } | { readonly atLeast: number };
}

/** Whether a figure's median meets its target. Undefined without a target. */
export function meetsTarget({ target, ratio }: Figure): boolean | undefined {
  if (target === undefined) return undefined;
  return "atMost" in target ? ratio.median <= target.atMost : ratio.median >= target.atLeast;
}
