/**
 * Returns the shortest of five run times, in milliseconds. Other load on the machine adds to most runs, but rarely to all.
 * Use it only for ratios within one test: an absolute time depends on the machine.
 */
export function fastest(run: () => unknown): number {
  let shortestMs = Number.POSITIVE_INFINITY;
  for (let count = 0; count < 5; count += 1) {
    const start = performance.now();
    run();
    shortestMs = Math.min(shortestMs, performance.now() - start);
  }
  return shortestMs;
}
