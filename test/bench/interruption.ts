/** A time, by a clock in milliseconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * The longest interruption in a window, in milliseconds: the longest time between two good answers in a row of which any
 * part lies in the window, less `spacing`, which they have from each other when all is well; never less than 0. A window with no
 * good answer before its end or after its beginning has an interruption without end. `answered` are the times of the good
 * answers, in any order.
 */
export function interruption(answered: readonly number[], { from, to }: Window, spacing: number): number {
  const sorted = [...answered].sort((left, right) => left - right);
  const last = sorted.findLastIndex((at) => at <= from);
  const next = sorted.findIndex((at) => at >= to);
  if (last === -1 || next === -1) return Number.POSITIVE_INFINITY;
  let longest = 0;
  for (let index = last + 1; index <= next; index += 1)
    longest = Math.max(longest, (sorted[index] ?? 0) - (sorted[index - 1] ?? 0));
  return Math.max(0, longest - spacing);
}
