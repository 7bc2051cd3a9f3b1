/** What the tests' chance begins with: another one each time, or POSTERN_SEED. It belongs in the message of each failure. */
export function anySeed(): number {
  return Number(process.env.POSTERN_SEED ?? Date.now() % 1_000_000_000);
}
