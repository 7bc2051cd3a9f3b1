import { readReviews } from "../manifests/readReviews.ts";
import { formatFault } from "../terminal/InputFault.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import type { Sample } from "./lintMutators.ts";

/** The manifests of `--sample`. Prints what cannot be read; undefined when there is such a fault. */
export async function readSamples(terminal: Terminal, paths: readonly string[]): Promise<Sample[] | undefined> {
  if (paths.length === 0) return [];
  const { reviews, faults } = await readReviews(paths, { operation: "CREATE" }, terminal.stdin);
  for (const fault of faults) terminal.stderr.write(`postern: ${formatFault(fault)}\n`);
  if (faults.length > 0) return undefined;
  return reviews.map(({ file, line, review }) => ({ review, name: `${file}:${line}` }));
}
