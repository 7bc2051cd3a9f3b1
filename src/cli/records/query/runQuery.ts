import { EXIT_FINDINGS, EXIT_OK } from "../../terminal/exitCode.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { BlockOutput } from "../source/BlockOutput.ts";
import { openSource } from "../source/openSource.ts";
import { shownErrors } from "../source/shownErrors.ts";
import { type FilterOptions, filterOf, type TimeOptions } from "./filterOptions.ts";
import { recordText } from "./recordText.ts";
import { wantedRecords } from "./wantedRecords.ts";

/** Options of `postern records query`, as they are given. */
export interface QueryOptions extends FilterOptions, TimeOptions {
  readonly output: "text" | "json";
}

/** Prints the records that fit. Resolves to the exit code. Throws `CliError`. */
export async function runQuery(terminal: Terminal, name: string, options: QueryOptions): Promise<number> {
  const filter = filterOf(options);
  return shownErrors(async () => {
    const source = await openSource(terminal, name);
    const output = new BlockOutput(terminal.stdout);
    let found = 0;
    const wanted = { cluster: options.cluster, filter };
    const { records, unreadable } = await wantedRecords(terminal, source, wanted, ({ text, record }) => {
      found += 1;
      output.write(options.output === "json" ? `${text}\n` : `${recordText(terminal, record)}\n`);
    });
    output.end();
    const count = `${found.toLocaleString("en")} of ${records.toLocaleString("en")} records`;
    const faults = unreadable === 0 ? "" : `, ${unreadable.toLocaleString("en")} not of a known form`;
    if (options.output === "text") terminal.stderr.write(`${count}${faults}\n`);
    return unreadable === 0 ? EXIT_OK : EXIT_FINDINGS;
  });
}
