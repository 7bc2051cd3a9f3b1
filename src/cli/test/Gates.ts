import { relative, resolve } from "node:path";
import { chosenGateFile } from "../gate/chosenGateFile.ts";
import { loadGateModules } from "../gate/loadGate.ts";
import { CliError } from "../terminal/CliError.ts";
import type { CaseResult } from "./CaseResult.ts";
import { coverageOf } from "./coverage/coverageOf.ts";
import { WatchedValidations } from "./coverage/WatchedValidations.ts";
import { GateUnderTest } from "./GateUnderTest.ts";
import type { GateCoverage } from "./report/TestReport.ts";
import type { TableFault, TestTable } from "./table/TestTable.ts";

/** A gate that was opened, with what watches its policies. */
interface OpenedGate {
  readonly under: GateUnderTest;
  readonly watched: WatchedValidations;
}

/** The gates of the tables of a run, each loaded once. */
export class Gates {
  readonly #opened = new Map<string, OpenedGate>();
  readonly #now: () => number;
  readonly #onFile: (file: string) => void;

  /**
   * `now` is the clock of the gates, in milliseconds since 1970. `onFile` is called with each file of a gate and of its modules, also
   * of a gate that does not load.
   */
  constructor(now: () => number, onFile: (file: string) => void) {
    this.#now = now;
    this.#onFile = onFile;
  }

  /**
   * The gate of a table, or why the one that the table names does not load. Throws {@link CliError} for the gate of `--gate` or of
   * the project, which is a fault of the whole run.
   */
  async open(table: TestTable, gate: string | undefined): Promise<GateUnderTest | TableFault> {
    const file = table.gate ?? chosenGateFile(gate);
    try {
      return (await this.#load(file)).under;
    } catch (error) {
      if (!(error instanceof CliError) || table.gate === undefined) throw error;
      return { file: table.file, line: table.gateLine, message: `gate: ${error.message.split("\n").join("; ")}` };
    }
  }

  /** What the results of a run cover of each of the gates. */
  coverage(results: ReadonlyMap<GateUnderTest, readonly CaseResult[]>): GateCoverage[] {
    return [...this.#opened.values()].map(({ under, watched }) => ({
      gate: under.file,
      policies: coverageOf(under.gate.policies, results.get(under) ?? [], watched),
    }));
  }

  async #load(file: string): Promise<OpenedGate> {
    const path = resolve(file);
    const known = this.#opened.get(path);
    if (known !== undefined) return known;
    this.#onFile(path);
    const { gate, modules } = await loadGateModules(file);
    for (const module of modules) this.#onFile(resolve(module));
    const watched = new WatchedValidations();
    const under = new GateUnderTest(relative(process.cwd(), path), gate, this.#now, (policy) => watched.watch(policy));
    const opened = { under, watched };
    this.#opened.set(path, opened);
    return opened;
  }
}
