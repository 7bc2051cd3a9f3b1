import { printable } from "../../../telemetry/printable.ts";
import { formatFault } from "../../terminal/InputFault.ts";
import { paint, type Terminal } from "../../terminal/Terminal.ts";
import { wrapText } from "../../terminal/wrapText.ts";
import type { CaseResult } from "../CaseResult.ts";
import { compareLines } from "./compareLines.ts";
import { shownCase } from "./shownCase.ts";
import { fileOf, type TestEntry, type TestReport } from "./TestReport.ts";

/** As wide as the result before a case. */
const INDENT = " ".repeat(12);
const WIDTH = 80;
const MARKS = { passed: "green", failed: "red", broken: "red" } as const;

type Style = Parameters<typeof paint>[2];

/**
 * The results for people: a line for each table whose cases all passed, and each case that did not, with what was expected, what
 * came, and the difference. `verbose` lists the cases that passed.
 */
export function testText(terminal: Terminal, { entries, others }: TestReport, verbose: boolean): string {
  const colour = (style: Style, text: string): string => paint(terminal, terminal.stdout, style, text);
  const files = Map.groupBy(entries, fileOf);
  const lines: string[] = [];
  for (const [file, own] of files) {
    const passed = own.filter(isPassed);
    if (passed.length > 0 && !verbose)
      lines.push(
        headLine("passed", `${printable(file)}  ${passed.length} ${passed.length === 1 ? "case" : "cases"}`, colour),
      );
    for (const entry of own) {
      if ("fault" in entry) lines.push(...faultLines(entry, colour));
      else if (!isPassed(entry)) lines.push(...failureLines(entry.result, colour));
      else if (verbose) lines.push(headLine("passed", caseText(entry.result), colour));
    }
  }
  for (const file of verbose ? others : [])
    lines.push(`${"skipped".padEnd(10)}  ${wrapText(`${printable(file)}  ${colour("dim", "no table")}`, INDENT)}`);
  return lines.map((line) => `${line}\n`).join("");
}

/** `3 passed, 1 failed`, the last line. */
export function summaryText({ passed, failed, broken, updated, others }: TestReport): string {
  const parts = [`${passed} passed`, `${failed} failed`];
  if (broken > 0) parts.push(`${broken} could not be run`);
  if (updated > 0) parts.push(`${updated} ${updated === 1 ? "patch" : "patches"} written`);
  const files = `${others.length} ${others.length === 1 ? "file is no table" : "files are no tables"} of cases`;
  return `${parts.join(", ")}\n${others.length === 0 ? "" : `${files} (--verbose lists them)\n`}`;
}

function isPassed(entry: TestEntry): boolean {
  return "result" in entry && entry.result.failure === undefined;
}

function headLine(mark: keyof typeof MARKS, text: string, colour: (style: Style, text: string) => string): string {
  const wrapped = wrapText(text, INDENT);
  return `${colour(MARKS[mark], mark.padEnd(10))}  ${wrapped}`;
}

function caseText({ test }: CaseResult): string {
  return `${printable(`${test.file}:${test.line}`)}  ${printable(test.name)}`;
}

function faultLines(
  { fault }: { readonly fault: Extract<TestEntry, { fault: unknown }>["fault"] },
  colour: (style: Style, text: string) => string,
): string[] {
  const { test, ...place } = fault;
  const name = test === undefined ? [] : [labelled("case", printable(test), colour)];
  return [headLine("broken", formatFault(place), colour), ...name];
}

function failureLines(result: CaseResult, colour: (style: Style, text: string) => string): string[] {
  const { expected, came, reason, compare } = shownCase(result);
  const { test, judgement, notes } = result;
  const at = (place: string | undefined): string => (place === undefined || place === "" ? "" : ` (at ${place})`);
  const findings = judgement.findings.map(({ effect, message, at: place }) =>
    labelled(effect, `${printable(message)}${message.includes(place ?? "") ? "" : printable(at(place))}`, colour),
  );
  const lines = compare === undefined ? [] : compareLines(compare.expected, compare.came);
  return [
    headLine("failed", caseText(result), colour),
    labelled(
      "policy",
      `${printable(test.policy)}${test.cluster === undefined ? "" : ` in ${printable(test.cluster)}`}`,
      colour,
    ),
    labelled("expected", printable(expected), colour),
    labelled("came", printable(came), colour),
    labelled("because", printable(reason), colour),
    ...findings,
    ...notes.map((note) => labelled("note", printable(note), colour)),
    ...lines.map(({ sign, text }) => {
      const line = cut(`${INDENT}${sign} ${text}`);
      return sign === " " ? line : colour(sign === "-" ? "red" : "green", line);
    }),
  ];
}

/** `            expected  denied`, wrapped. */
function labelled(label: string, text: string, colour: (style: Style, text: string) => string): string {
  const wide = label.padEnd(8);
  const wrapped = wrapText(`${wide}  ${text}`, INDENT);
  return `${INDENT}${colour("dim", wide)}${wrapped.slice(wide.length)}`;
}

/** A line of a difference that fits. The whole text is in the output for machines. */
function cut(line: string): string {
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
