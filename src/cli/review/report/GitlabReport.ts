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
    const place = { path: reportedPath(located.file, this.#settings), line: located.line };
    for (const finding of reportedFindings(judged)) {
      const { policy, level, message, exception } = finding;
      const permitted = exception === undefined ? "" : ` (${exception})`;
      const description = `${objectText(located.review)}: ${message}${permitted}`;
      const fingerprint = this.#fingerprints.of(place.path, located, finding);
      this.#add(place, { name: policy, severity: SEVERITIES[level], description, fingerprint });
    }
    if (verdict.result === "not judged") this.#addUnjudged(place, unjudgedText(judged));
  }

  unreadable({ file, line, message }: InputFault): void {
    const place = { path: reportedPath(file, this.#settings), line: line ?? 1 };
    const fingerprint = this.#fingerprints.ofParts(place.path, "unreadable", message);
    this.#add(place, { name: "unreadable", severity: "blocker", description: message, fingerprint });
  }

  end({ skipped }: ReviewEnd): void {
    for (const { file, reason } of skipped.filter(notRendered))
      this.#addUnjudged({ path: reportedPath(file, this.#settings), line: 1 }, `${reason}, not judged`);
    this.#output.write("\n]\n");
  }

  #addUnjudged(place: Place, description: string): void {
    const severity = this.#settings.failOnUnjudged ? "critical" : "info";
    const fingerprint = this.#fingerprints.ofParts(place.path, description);
    this.#add(place, { name: "not-judged", severity, description, fingerprint });
  }

  #add({ path, line }: Place, { name, severity, description, fingerprint }: Entry): void {
    const location = { path: shownLine(path), lines: { begin: line } };
    const entry = { description: shownText(description), check_name: name, fingerprint, severity, location };
    this.#output.write(`${this.#hasEntry ? "," : ""}\n${reportJson(entry)}`);
    this.#hasEntry = true;
  }
}

/** Where something is reported. */
interface Place {
  readonly path: string;
  readonly line: number;
}

/** What is reported. */
interface Entry {
  readonly name: string;
  readonly severity: Severity;
  readonly description: string;
  readonly fingerprint: string;
}
