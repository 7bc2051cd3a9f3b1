/**
 * The least time that one of five runs took, in milliseconds: what other load on the machine adds is in none of the best.
 * For ratios of two figures of one test, for what a machine takes says nothing by itself.
 */
export function fastest(run: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < 5; count += 1) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
