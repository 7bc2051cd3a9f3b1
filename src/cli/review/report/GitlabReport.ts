import type { InputFault } from "../../terminal/InputFault.ts";
import type { Output } from "../../terminal/Terminal.ts";
import type { JudgedObject } from "../JudgedObject.ts";
import { objectText } from "../objectText.ts";
import { FindingFingerprints } from "./FindingFingerprints.ts";
import type { ReportSettings } from "./ReportSettings.ts";
import type { ReviewEnd, ReviewReport } from "./ReviewReport.ts";
import { type FindingLevel, reportedFindings } from "./reportedFindings.ts";
import { reportedPath } from "./reportedPath.ts";
import { reportJson } from "./reportJson.ts";
import { shownLine, shownText } from "./shownText.ts";
import { notRendered, unjudgedText } from "./unjudgedText.ts";

/** Severities of GitLab. */
type Severity = "info" | "minor" | "major" | "critical" | "blocker";

const SEVERITIES: Readonly<Record<FindingLevel, Severity>> = { error: "critical", warning: "minor", note: "info" };

/**
 * A review as a code quality report of GitLab: a list with an entry for each finding, each object that is not judged, and each
 * input that cannot be read.
 */
export class GitlabReport implements ReviewReport {
  readonly #output: Output;
  readonly #settings: ReportSettings;
  readonly #fingerprints = new FindingFingerprints();
  #hasEntry = false;

  constructor(output: Output, settings: ReportSettings) {
    this.#output = output;
    this.#settings = settings;
    output.write("[");
  }

  object(judged: JudgedObject): void {
    const { located, verdict } = judged;
    const { file, line } = located;
    const path = reportedPath(file, this.#settings);
    for (const finding of reportedFindings(judged)) {
      const { policy, level, message, exception } = finding;
      const permitted = exception === undefined ? "" : ` (${exception})`;
      const description = `${objectText(located.review)}: ${message}${permitted}`;
      this.#add(policy, SEVERITIES[level], description, path, line, this.#fingerprints.of(path, located, finding));
    }
    if (verdict.result === "not judged") {
      const text = unjudgedText(judged);
      this.#add("not-judged", this.#unjudged(), text, path, line, this.#fingerprints.ofParts(path, text));
    }
  }

  unreadable({ file, line, message }: InputFault): void {
    const path = reportedPath(file, this.#settings);
    const fingerprint = this.#fingerprints.ofParts(path, "unreadable", message);
    this.#add("unreadable", "blocker", message, path, line ?? 1, fingerprint);
  }

  end({ skipped }: ReviewEnd): void {
    for (const { file, reason } of skipped.filter(notRendered)) {
      const path = reportedPath(file, this.#settings);
      const fingerprint = this.#fingerprints.ofParts(path, "not rendered");
      this.#add("not-judged", this.#unjudged(), `${reason}, not judged`, path, 1, fingerprint);
    }
    this.#output.write("\n]\n");
  }

  #unjudged(): Severity {
    return this.#settings.failOnUnjudged ? "critical" : "info";
  }

  #add(name: string, severity: Severity, description: string, path: string, begin: number, fingerprint: string): void {
    const location = { path: shownLine(path), lines: { begin } };
    const entry = { description: shownText(description), check_name: name, fingerprint, severity, location };
    this.#output.write(`${this.#hasEntry ? "," : ""}\n${reportJson(entry)}`);
    this.#hasEntry = true;
  }
}
