/** 94 characters each. The admission policy allows 40,000 in an annotation, and a bundle of 300 KB has more roots. */
const MAX_TIMES = 400;

/**
 * At most 400 of the times of roots, by fingerprint: those that are remembered already (`before`), then those of `first`.
 * The others are remembered when these roots are gone, so a bundle full of roots delays the removal of some, and never stops
 * the sync.
 */
export function boundTimes(
  times: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
  first: ReadonlySet<string> = new Set(),
): Readonly<Record<string, number>> {
  const all = Object.entries(times);
  if (all.length <= MAX_TIMES) return times;
  const rank = (root: string): number => (before[root] !== undefined ? 0 : first.has(root) ? 1 : 2);
  return Object.fromEntries(all.sort(([one], [other]) => rank(one) - rank(other)).slice(0, MAX_TIMES));
}
