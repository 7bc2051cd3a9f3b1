/** Prints how much a comparison has covered. */
export function reportCounts(what: string, counts: Readonly<Record<string, number>>): void {
  const told = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  process.stderr.write(`${what}: ${told.join(", ")}\n`);
}
