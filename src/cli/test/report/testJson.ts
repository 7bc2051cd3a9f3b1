import { isSecret } from "../../../policy/report/isSecret.ts";
import { jsonLine } from "../../terminal/jsonLine.ts";
import type { CaseResult } from "../CaseResult.ts";
import { shownCase } from "./shownCase.ts";
import type { TestReport } from "./TestReport.ts";

/** The results for machines, one line of JSON for each case, each fault and, with coverage, each policy. */
export function testJson({ entries, coverage = [] }: TestReport): string {
  const lines = [
    ...entries.map((entry) =>
      "fault" in entry
        ? {
            file: entry.fault.file,
            line: entry.fault.line ?? null,
            case: entry.fault.test ?? null,
            result: "broken",
            reason: entry.fault.message,
          }
        : caseJson(entry.result),
    ),
    ...coverage.flatMap(({ gate, policies }) => policies.map((policy) => ({ gate, result: "coverage", ...policy }))),
  ];
  return lines.map(jsonLine).join("");
}

function caseJson(result: CaseResult): object {
  const { test, judgement, failure, notes } = result;
  const { expected, came, reason, compare } = shownCase(result);
  return {
    file: test.file,
    line: test.line,
    case: test.name,
    policy: test.policy,
    cluster: test.cluster ?? null,
    result: failure === undefined ? "passed" : "failed",
    expected,
    came,
    reason,
    findings: judgement.findings,
    patch: isSecret(test.review) ? judgement.patch.map(({ op, path }) => ({ op, path })) : judgement.patch,
    compare: compare ?? null,
    notes,
  };
}
