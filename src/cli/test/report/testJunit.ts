import { formatFault } from "../../terminal/InputFault.ts";
import type { CaseResult } from "../CaseResult.ts";
import { compareLines } from "./compareLines.ts";
import { shownCase } from "./shownCase.ts";
import { fileOf, type TestEntry, type TestReport } from "./TestReport.ts";

/** Characters that XML 1.0 does not have, and those that reorder text (production Char; Bidi_Control in Unicode). */
const NOT_XML = /[^\t\n\r\u0020-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]|[\u007f-\u009f\p{Bidi_Control}]/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/**
 * The results as JUnit XML: a suite for each table, a case for each of its cases. A case that cannot be run is an `error`, one that
 * failed a `failure`.
 */
export function testJunit({ entries, passed, failed, broken }: TestReport): string {
  const suites = [...Map.groupBy(entries, fileOf)].map(([file, own]) => suiteText(file, own));
  const counts = attributes({
    name: "postern test",
    tests: passed + failed + broken,
    failures: failed,
    errors: broken,
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n${suites.join("")}</testsuites>\n`;
}

function suiteText(file: string, entries: readonly TestEntry[]): string {
  const errors = entries.filter((entry) => "fault" in entry).length;
  const failures = entries.filter((entry) => "result" in entry && entry.result.failure !== undefined).length;
  const head = attributes({ name: file, tests: entries.length, failures, errors, skipped: 0 });
  return `  <testsuite ${head}>\n${entries.map(entryText).join("")}  </testsuite>\n`;
}

function entryText(entry: TestEntry): string {
  if ("result" in entry) return caseText(entry.result);
  const { file, line, message, test } = entry.fault;
  const head = attributes({ name: test ?? "(table)", classname: file });
  const place = { file, ...(line === undefined ? {} : { line }) };
  return `    <testcase ${head}>\n      <error ${attributes({ message })}>${escaped(formatFault({ ...place, message }))}</error>\n    </testcase>\n`;
}

function caseText(result: CaseResult): string {
  const { test, failure, judgement, notes } = result;
  const head = attributes({ name: test.name, classname: test.file });
  if (failure === undefined) return `    <testcase ${head}/>\n`;
  const { expected, came, reason, compare } = shownCase(result);
  const text = [
    `${test.file}:${test.line}: ${test.policy}: ${reason}`,
    `expected ${expected}`,
    `came ${came}`,
    ...judgement.findings.map(({ effect, message }) => `${effect} ${message}`),
    ...notes,
    ...(compare === undefined ? [] : compareLines(compare.expected, compare.came)).map((it) => `${it.sign} ${it.text}`),
  ];
  return `    <testcase ${head}>\n      <failure ${attributes({ message: reason })}>${escaped(text.join("\n"))}</failure>\n    </testcase>\n`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return (
    Object.entries(values)
      // A line break in an attribute would be read as a blank.
      .map(([name, value]) => `${name}="${escaped(String(value)).replaceAll("\n", "&#10;")}"`)
      .join(" ")
  );
}

function escaped(text: string): string {
  return text.replace(NOT_XML, "\ufffd").replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
