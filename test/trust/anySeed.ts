/** The seed of random tests: POSTERN_SEED, or a new one for each run. Put it into the message of each failure. */
export function anySeed(): number {
  return Number(process.env.POSTERN_SEED ?? Date.now() % 1_000_000_000);
}
