import type { InputFault } from "../../terminal/InputFault.ts";
import type { Output } from "../../terminal/Terminal.ts";
import type { JudgedObject } from "../JudgedObject.ts";
import { objectText } from "../objectText.ts";
import { escapeCommandLines } from "./escapeCommandLines.ts";
import type { ReportSettings } from "./ReportSettings.ts";
import type { ReviewEnd, ReviewReport } from "./ReviewReport.ts";
import { type ReportedFinding, reportedFindings } from "./reportedFindings.ts";
import { reportedPath } from "./reportedPath.ts";
import { shownLine, shownText } from "./shownText.ts";
import { notRendered, unjudgedText } from "./unjudgedText.ts";

/** What a testcase became. */
type CaseResult = "passed" | "failure" | "error" | "skipped";

/**
 * A review as JUnit XML: a suite for each file and a case for each object, with a failure for each policy that denies it. An
 * object that is not judged, or that its owner covers, is skipped. An input that cannot be read is an error. A suite is
 * written when its file ends, because its numbers come first.
 */
export class JunitReport implements ReviewReport {
  readonly #output: Output;
  readonly #settings: ReportSettings;
  #suite: Suite | undefined;

  constructor(output: Output, settings: ReportSettings) {
    this.#output = output;
    this.#settings = settings;
    output.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="postern review">\n');
  }

  object(judged: JudgedObject): void {
    const { located, verdict, covered } = judged;
    const what = objectText(located.review);
    const findings = reportedFindings(judged);
    const failures = byPolicy(findings.filter(({ level }) => level === "error"));
    const others = findings.filter(({ level }) => level !== "error").map(lineOf);
    const place = `${reportedPath(located.file, this.#settings)}:${located.line}`;
    const elements = [...failures].map(([policy, texts]) => {
      const text = texts.join("\n");
      return element("failure", { type: policy, message: text }, `${place}\n${text}`);
    });
    const notes = others.length === 0 ? "" : element("system-out", {}, others.join("\n"));
    const suite = this.#suiteOf(located.file);
    if (elements.length > 0) suite.add("failure", what, located.line, elements.join("") + notes);
    else if (verdict.result === "not judged") {
      const [result, name] = this.#settings.failOnUnjudged
        ? (["failure", "failure"] as const)
        : (["skipped", "skipped"] as const);
      suite.add(
        result,
        what,
        located.line,
        element(name, { type: "not judged", message: unjudgedText(judged) }) + notes,
      );
    } else if (verdict.result === "covered") {
      const owners = [...new Set(covered.map(({ by }) => objectText(by)))].join(", ");
      suite.add(
        "skipped",
        what,
        located.line,
        element("skipped", { type: "covered", message: `covered by ${owners}` }) + notes,
      );
    } else suite.add("passed", what, located.line, notes);
  }

  unreadable({ file, line, message }: InputFault): void {
    const where = line === undefined ? file : `${file}:${line}`;
    this.#suiteOf(file).add("error", where, line, element("error", { type: "unreadable", message }));
  }

  end({ skipped }: ReviewEnd): void {
    for (const { file, reason } of skipped.filter(notRendered)) {
      const result = this.#settings.failOnUnjudged ? "failure" : "skipped";
      const message = `${reason}, not judged`;
      this.#suiteOf(file).add(result, file, undefined, element(result, { type: "not judged", message }));
    }
    this.#flush();
    this.#output.write("</testsuites>\n");
  }

  #suiteOf(file: string): Suite {
    const path = reportedPath(file, this.#settings);
    if (this.#suite?.path !== path) {
      this.#flush();
      this.#suite = new Suite(path);
    }
    return this.#suite;
  }

  #flush(): void {
    if (this.#suite !== undefined) this.#output.write(this.#suite.xml());
    this.#suite = undefined;
  }
}

/** The cases of one file. */
class Suite {
  readonly path: string;
  readonly #cases: string[] = [];
  readonly #names = new Set<string>();
  readonly #counts: Record<CaseResult, number> = { passed: 0, failure: 0, error: 0, skipped: 0 };

  constructor(path: string) {
    this.path = path;
  }

  add(result: CaseResult, what: string, line: number | undefined, content: string): void {
    // Readers take two cases of one name for one.
    const name = this.#names.has(what) ? `${what} (line ${line}, ${this.#cases.length + 1})` : what;
    this.#names.add(what);
    this.#counts[result] += 1;
    this.#cases.push(`    <testcase${attributes({ name, classname: this.path })}>${content}</testcase>\n`);
  }

  xml(): string {
    const { failure, error, skipped } = this.#counts;
    const tests = String(this.#cases.length);
    const numbers = { tests, failures: String(failure), errors: String(error), skipped: String(skipped) };
    return `  <testsuite${attributes({ name: this.path, ...numbers })}>\n${this.#cases.join("")}  </testsuite>\n`;
  }
}

function byPolicy(findings: readonly ReportedFinding[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { policy, message } of findings) found.set(policy, [...(found.get(policy) ?? []), message]);
  return found;
}

function lineOf({ effect, policy, message, exception }: ReportedFinding): string {
  return `${effect} ${policy}: ${message}${exception === undefined ? "" : ` (${exception})`}`;
}

function element(name: string, given: Readonly<Record<string, string>>, text = ""): string {
  return `<${name}${attributes(given)}>${escaped(shownText(text))}</${name}>`;
}

function attributes(given: Readonly<Record<string, string>>): string {
  return Object.entries(given)
    .map(([name, value]) => ` ${name}="${escaped(shownLine(value))}"`)
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** `##[`, and `::` at the beginning of a line, are commands in a log of GitHub. */
function escaped(text: string): string {
  const xml = text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
  return escapeCommandLines(xml.replaceAll("##[", "#&#35;["), "&#58;");
}
