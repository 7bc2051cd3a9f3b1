import type { CaseResult } from "../CaseResult.ts";
import type { PolicyCoverage } from "../coverage/PolicyCoverage.ts";
import type { TableFault } from "../table/TestTable.ts";

/** A case that ran, or what kept a table or a case from running. */
export type TestEntry = { readonly result: CaseResult } | { readonly fault: TableFault };

/** The coverage of the policies of one gate. */
export interface GateCoverage {
  readonly gate: string;
  readonly policies: readonly PolicyCoverage[];
}

/** All that a run found. */
export interface TestReport {
  /** In the order of the files and of their lines. */
  readonly entries: readonly TestEntry[];
  readonly passed: number;
  readonly failed: number;
  /** Tables and cases that could not be run. */
  readonly broken: number;
  /** Cases whose patch was written. */
  readonly updated: number;
  /** Files that are named as tables, and are of another tool. */
  readonly others: readonly string[];
  /** Undefined without `--coverage`. */
  readonly coverage: readonly GateCoverage[] | undefined;
}

/** The file of an entry. */
export function fileOf(entry: TestEntry): string {
  return "fault" in entry ? entry.fault.file : entry.result.test.file;
}
