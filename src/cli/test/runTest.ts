import { EXIT_FAILED, EXIT_OK, EXIT_TESTS_FAILED } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import type { CaseResult } from "./CaseResult.ts";
import { coverageText } from "./coverage/coverageText.ts";
import { Gates } from "./Gates.ts";
import type { GateUnderTest } from "./GateUnderTest.ts";
import type { TestEntry, TestReport } from "./report/TestReport.ts";
import { testJson } from "./report/testJson.ts";
import { testJunit } from "./report/testJunit.ts";
import { summaryText, testText } from "./report/testText.ts";
import { findTables } from "./table/findTables.ts";
import { readTable } from "./table/readTable.ts";
import type { TableFault, TestTable } from "./table/TestTable.ts";
import { updateTable } from "./update/updateTable.ts";

/** Options of `postern test`, as they are given. */
export interface TestOptions {
  readonly gate?: string;
  /** Of cases that name none. */
  readonly cluster?: string;
  readonly output: "text" | "json" | "junit";
  readonly coverage?: boolean;
  readonly update?: boolean;
  readonly watch?: boolean;
  readonly verbose?: boolean;
}

/** Runs the tables below some paths, once or on each change. Resolves to the exit code. Throws {@link CliError}. */
export async function runTest(terminal: Terminal, paths: readonly string[], options: TestOptions): Promise<number> {
  const all = paths.length === 0 ? ["."] : paths;
  if (options.watch !== true) return runOnce(terminal, all, options, () => undefined);
  const { watchTests } = await import("./watchTests.ts");
  return watchTests(terminal, all, (onFile) => runOnce(terminal, all, options, onFile));
}

/** A run while it goes on. */
interface OpenRun {
  readonly entries: TestEntry[];
  readonly results: Map<GateUnderTest, CaseResult[]>;
  updated: number;
  /** Files that are named as tables, and are of another tool. */
  readonly others: string[];
}

const OTHER = "is no table: it has neither cases nor another field of one";

/**
 * Runs the tables below some paths and prints the results. `onFile` is called with each file that another result may come from,
 * as soon as it is known. Throws {@link CliError}.
 */
async function runOnce(
  terminal: Terminal,
  paths: readonly string[],
  options: TestOptions,
  onFile: (file: string) => void,
): Promise<number> {
  const found = await findTables(paths);
  const gates = new Gates(Date.now, onFile);
  const run: OpenRun = {
    entries: found.faults.map((fault) => ({ fault })),
    results: new Map(),
    updated: 0,
    others: [],
  };
  for (const file of found.files) {
    onFile(file);
    const table = await readTable(file);
    if (table.isOther === true && !found.named.has(file)) {
      run.others.push(file);
      continue;
    }
    if (table.isOther === true) run.entries.push({ fault: { file, message: OTHER } });
    table.inputs.forEach(onFile);
    const gate = table.cases.length === 0 ? undefined : await gates.open(table, options.gate);
    await runTable(run, table, gate, options);
  }
  const coverage = options.coverage === true ? gates.coverage(run.results) : undefined;
  const report = reportOf(run, coverage);
  print(terminal, report, options);
  return codeOf(report);
}

async function runTable(
  run: OpenRun,
  table: TestTable,
  gate: GateUnderTest | TableFault | undefined,
  { cluster, update }: TestOptions,
): Promise<void> {
  const faults = [...table.faults];
  let results: readonly CaseResult[] = [];
  if (gate !== undefined && "message" in gate) faults.push(gate);
  else if (gate !== undefined) {
    const ran: CaseResult[] = [];
    for (const test of table.cases) {
      const result = await gate.run({ ...test, cluster: test.cluster ?? cluster });
      if ("judgement" in result) ran.push(result);
      else faults.push(result);
    }
    const after = update === true ? await updateTable(table.file, ran) : { results: ran, faults: [], written: 0 };
    results = after.results;
    faults.push(...after.faults);
    run.updated += after.written;
    run.results.set(gate, [...(run.results.get(gate) ?? []), ...results]);
  }
  const own: TestEntry[] = [...faults.map((fault) => ({ fault })), ...results.map((result) => ({ result }))];
  run.entries.push(...own.sort((left, right) => lineOf(left) - lineOf(right)));
}

function lineOf(entry: TestEntry): number {
  return "fault" in entry ? (entry.fault.line ?? 0) : entry.result.test.line;
}

function reportOf({ entries, updated, others }: OpenRun, coverage: TestReport["coverage"]): TestReport {
  const results = entries.flatMap((entry) => ("result" in entry ? [entry.result] : []));
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  return {
    entries,
    passed: results.length - failed,
    failed,
    broken: entries.length - results.length,
    updated,
    others,
    coverage,
  };
}

/** Also when nothing failed, a run without a case tests nothing. Each of its paths is a fault then. */
function codeOf({ passed, failed, broken }: TestReport): number {
  if (broken > 0 || passed + failed === 0) return EXIT_FAILED;
  return failed > 0 ? EXIT_TESTS_FAILED : EXIT_OK;
}

function print(terminal: Terminal, report: TestReport, { output, verbose }: TestOptions): void {
  const { stdout, stderr } = terminal;
  if (output === "json") stdout.write(testJson(report));
  else if (output === "junit") stdout.write(testJunit(report));
  else stdout.write(testText(terminal, report, verbose === true));
  if (output === "text" || output === "junit") {
    const people = output === "text" ? stdout : stderr;
    for (const { gate, policies } of report.coverage ?? [])
      people.write(coverageText(terminal, people, gate, policies));
    people.write(summaryText(report));
  }
}
