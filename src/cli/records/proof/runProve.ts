import { proveInclusion } from "../../../records/chain/proveInclusion.ts";
import { RecordMatcher } from "../../../records/query/RecordMatcher.ts";
import { printable } from "../../../telemetry/printable.ts";
import { CliError } from "../../terminal/CliError.ts";
import { EXIT_FINDINGS, EXIT_OK } from "../../terminal/exitCode.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { chooseClusters } from "../source/chooseClusters.ts";
import { openSource } from "../source/openSource.ts";
import { Progress } from "../source/Progress.ts";
import { shownErrors } from "../source/shownErrors.ts";

/** Options of `postern records prove`, as they are given. */
export interface ProveOptions {
  readonly cluster?: string;
}

/** Prints a proof for each record with a uid. Resolves to the exit code. Throws `CliError`. */
export function runProve(
  terminal: Terminal,
  { uid, source: name, cluster }: ProveOptions & { readonly uid: string; readonly source: string },
): Promise<number> {
  return shownErrors(async () => {
    if (uid === "") throw new CliError("usage", "the uid is empty; name that of an AdmissionReview");
    const source = await openSource(terminal, name);
    const progress = new Progress(terminal, "reading", () => performance.now());
    let count = 0;
    for (const it of await chooseClusters(source, cluster)) {
      const matcher = await RecordMatcher.create(it, { uid });
      const isWanted = (line: string): boolean => typeof matcher.match(line) === "object";
      for await (const proof of proveInclusion(source.lines(it), isWanted, (records) => progress.show(it, records))) {
        progress.clear();
        terminal.stdout.write(`${JSON.stringify(proof)}\n`);
        count += 1;
      }
      progress.clear();
    }
    if (count > 0) return EXIT_OK;
    terminal.stderr.write(`postern: ${printable(`${source.name}: no record has the uid ${uid}`)}\n`);
    return EXIT_FINDINGS;
  });
}
