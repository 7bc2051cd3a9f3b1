import { chainPart } from "../../../records/export/chainPart.ts";
import { csvFormat } from "../../../records/export/csvFormat.ts";
import { ocsfFormat } from "../../../records/export/ocsfFormat.ts";
import type { RecordFormat } from "../../../records/export/RecordFormat.ts";
import type { RecordFilter } from "../../../records/query/RecordMatcher.ts";
import { CliError } from "../../terminal/CliError.ts";
import { EXIT_FINDINGS, EXIT_OK } from "../../terminal/exitCode.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { BlockOutput } from "../source/BlockOutput.ts";
import { chooseCluster } from "../source/chooseClusters.ts";
import { openSource } from "../source/openSource.ts";
import { Progress } from "../source/Progress.ts";
import { shownErrors } from "../source/shownErrors.ts";
import { type FilterOptions, filterOf, type TimeOptions } from "./filterOptions.ts";
import { wantedRecords } from "./wantedRecords.ts";

/** Options of `postern records export`, as they are given. */
export interface ExportOptions extends FilterOptions, TimeOptions {
  readonly format: "jsonl" | "csv" | "ocsf";
}

const PROGRESS_RECORDS = 1_000;

/** Prints records in another format, or a part of a chain as it is. Resolves to the exit code. Throws {@link CliError}. */
export async function runExport(terminal: Terminal, name: string, options: ExportOptions): Promise<number> {
  const filter = filterOf(options);
  return shownErrors(() =>
    options.format === "jsonl"
      ? exportChain(terminal, name, options)
      : exportRecords(terminal, name, { ...options, filter, form: options.format === "csv" ? csvFormat : ocsfFormat }),
  );
}

async function exportRecords(
  terminal: Terminal,
  name: string,
  { form, filter, cluster }: ExportOptions & { readonly form: RecordFormat; readonly filter: RecordFilter },
): Promise<number> {
  const source = await openSource(terminal, name);
  const output = new BlockOutput(terminal.stdout);
  output.write(form.head);
  const { unreadable } = await wantedRecords(terminal, source, { cluster, filter }, ({ record }) =>
    output.write(form.line(record)),
  );
  output.end();
  return unreadable === 0 ? EXIT_OK : EXIT_FINDINGS;
}

async function exportChain(terminal: Terminal, name: string, options: ExportOptions): Promise<number> {
  const filters = (["namespace", "policy", "verdict", "user"] as const).filter((it) => options[it] !== undefined);
  if (filters.length > 0)
    throw new CliError(
      "usage",
      `--format jsonl does not take --${filters.join(", --")}, for a chain with gaps cannot be verified; use postern records query --output json`,
    );
  const source = await openSource(terminal, name);
  const cluster = await chooseCluster(source, options.cluster);
  const progress = new Progress(terminal, "reading", () => performance.now());
  const output = new BlockOutput(terminal.stdout);
  const at = (time: number | undefined): { readonly atMs: number } | undefined =>
    time === undefined ? undefined : { atMs: time };
  let count = 0;
  for await (const { text, records } of chainPart(source.lines(cluster), {
    from: at(options.from),
    to: at(options.to),
  })) {
    output.write(`${text}\n`);
    count += records;
    if (count % PROGRESS_RECORDS === 0) progress.show(cluster, count);
  }
  progress.clear();
  output.end();
  return EXIT_OK;
}
