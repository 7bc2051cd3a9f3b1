/** A period. Both ends are in milliseconds, of the same clock. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * The longest interruption in a window, in milliseconds. It is the longest time between two consecutive successful
 * answers that overlaps the window, minus `spacingMs`, their normal interval; at least 0. It is infinite without a
 * successful answer before the window or after it. `answered` are the times of the successful answers, in any order.
 */
export function interruption(answered: readonly number[], { from, to }: Window, spacingMs: number): number {
  const sorted = [...answered].sort((left, right) => left - right);
  const last = sorted.findLastIndex((at) => at <= from);
  const next = sorted.findIndex((at) => at >= to);
  if (last === -1 || next === -1) return Number.POSITIVE_INFINITY;
  let longest = 0;
  for (let index = last + 1; index <= next; index += 1)
    longest = Math.max(longest, (sorted[index] ?? 0) - (sorted[index - 1] ?? 0));
  return Math.max(0, longest - spacingMs);
}
