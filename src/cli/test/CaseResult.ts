import type { Failure } from "./judge/failureOf.ts";
import type { Judgement } from "./judge/PolicyJudge.ts";
import type { TestCase } from "./table/TestTable.ts";

/** How a case ended. */
export interface CaseResult {
  readonly test: TestCase;
  readonly judgement: Judgement;
  /** Undefined when the case passed. */
  readonly failure: Failure | undefined;
  /** What helps to understand the failure, a line for each. */
  readonly notes: readonly string[];
}
