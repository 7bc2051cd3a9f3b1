import type { InputFault } from "../../terminal/InputFault.ts";
import type { Output } from "../../terminal/Terminal.ts";
import type { JudgedObject } from "../JudgedObject.ts";
import { objectText } from "../objectText.ts";
import type { ReportSettings } from "./ReportSettings.ts";
import type { ReviewEnd, ReviewReport } from "./ReviewReport.ts";
import { type FindingLevel, reportedFindings } from "./reportedFindings.ts";
import { reportedPath } from "./reportedPath.ts";
import { shownLine, shownText } from "./shownText.ts";
import { notRendered, unjudgedText } from "./unjudgedText.ts";

const COMMANDS: Readonly<Record<FindingLevel, string>> = { error: "error", warning: "warning", note: "notice" };

/**
 * A review as workflow commands, which GitHub shows as annotations of files: a line for each finding, each object that is not
 * judged, and each input that cannot be read.
 */
export class GithubReport implements ReviewReport {
  readonly #output: Output;
  readonly #settings: ReportSettings;

  constructor(output: Output, settings: ReportSettings) {
    this.#output = output;
    this.#settings = settings;
  }

  object(judged: JudgedObject): void {
    const { located, verdict } = judged;
    const what = objectText(located.review);
    for (const { level, policy, message, exception } of reportedFindings(judged)) {
      const permitted = exception === undefined ? "" : ` (${exception})`;
      this.#annotate(level, located, policy, `${what}: ${message}${permitted}`);
    }
    if (verdict.result === "not judged")
      this.#annotate(this.#unjudged("note"), located, "not judged", unjudgedText(judged));
  }

  unreadable(fault: InputFault): void {
    this.#annotate("error", fault, "unreadable", fault.message);
  }

  end({ skipped }: ReviewEnd): void {
    for (const skip of skipped.filter(notRendered))
      this.#annotate(this.#unjudged("warning"), skip, "not judged", `${skip.file}: ${skip.reason}, not judged`);
  }

  #unjudged(level: FindingLevel): FindingLevel {
    return this.#settings.failOnUnjudged ? "error" : level;
  }

  #annotate(
    level: FindingLevel,
    { file, line }: { readonly file: string; readonly line?: number | undefined },
    title: string,
    message: string,
  ): void {
    const properties = [
      `file=${property(reportedPath(file, this.#settings))}`,
      ...(line === undefined ? [] : [`line=${line}`]),
      `title=${property(title)}`,
    ];
    this.#output.write(`::${COMMANDS[level]} ${properties.join(",")}::${data(shownText(message))}\n`);
  }
}

/** Escapes the text of a command (`escapeData` of actions/toolkit). */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** Escapes the value of a property of a command (`escapeProperty` of actions/toolkit). */
function property(text: string): string {
  return data(shownLine(text)).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
