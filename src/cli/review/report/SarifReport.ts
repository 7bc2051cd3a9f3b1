import type { InputFault } from "../../terminal/InputFault.ts";
import type { Output } from "../../terminal/Terminal.ts";
import type { JudgedObject } from "../JudgedObject.ts";
import { objectText } from "../objectText.ts";
import { FindingFingerprints } from "./FindingFingerprints.ts";
import type { ReportSettings } from "./ReportSettings.ts";
import type { ReviewEnd, ReviewReport } from "./ReviewReport.ts";
import { type ReportedFinding, reportedFindings } from "./reportedFindings.ts";
import { reportedPath, uriOfPath } from "./reportedPath.ts";
import { reportJson } from "./reportJson.ts";
import { shownLine, shownText } from "./shownText.ts";
import { notRendered, unjudgedText } from "./unjudgedText.ts";

/** The schema of the standard (OASIS, SARIF 2.1.0 with errata 01). */
const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

const NOTIFICATIONS = {
  "not-judged": "No policy was asked about an object.",
  "not-rendered": "Another tool has to make manifests of a file first.",
  unreadable: "An input could not be read, so it was not judged.",
};

/**
 * A review as SARIF 2.1.0: a run with the policies as rules and a result for each finding, which is written at once. Objects
 * that are not judged and inputs that cannot be read are notifications of the invocation, never results.
 */
export class SarifReport implements ReviewReport {
  readonly #output: Output;
  readonly #settings: ReportSettings;
  readonly #rules: ReadonlyMap<string, number>;
  readonly #fingerprints = new FindingFingerprints();
  /** As JSON. Few bytes for each object. */
  readonly #notifications: string[] = [];
  #hasResult = false;

  constructor(output: Output, settings: ReportSettings, rules: readonly Record<string, unknown>[], version: string) {
    this.#output = output;
    this.#settings = settings;
    this.#rules = new Map(rules.map(({ id }, index) => [String(id), index]));
    const notifications = Object.entries(NOTIFICATIONS).map(([id, text]) => ({ id, shortDescription: { text } }));
    const tool = { driver: { name: "postern", version, rules, notifications } };
    const automationDetails = { id: `postern-review/${settings.cluster}/` };
    output.write(
      `{"$schema":${JSON.stringify(SCHEMA)},"version":"2.1.0","runs":[{"tool":${reportJson(tool)},` +
        `"automationDetails":${reportJson(automationDetails)},"language":"en","columnKind":"utf16CodeUnits","results":[`,
    );
  }

  object(judged: JudgedObject): void {
    const { located, verdict } = judged;
    for (const finding of reportedFindings(judged)) {
      this.#output.write(`${this.#hasResult ? "," : ""}\n${reportJson(this.#result(judged, finding))}`);
      this.#hasResult = true;
    }
    if (verdict.result === "not judged")
      this.#notify("not-judged", this.#settings.failOnUnjudged ? "error" : "note", unjudgedText(judged), located);
  }

  unreadable({ file, line, message }: InputFault): void {
    this.#notify("unreadable", "error", `${file}: ${message}`, { file, line });
  }

  end({ skipped, exitCode }: ReviewEnd): void {
    for (const skip of skipped.filter(notRendered))
      this.#notify(
        "not-rendered",
        this.#settings.failOnUnjudged ? "error" : "warning",
        `${skip.file}: ${skip.reason}, not judged`,
        skip,
      );
    const invocation = JSON.stringify({ executionSuccessful: exitCode !== 2, exitCode }).slice(0, -1);
    const notifications = this.#notifications.join(",\n");
    this.#output.write(`\n],"invocations":[${invocation},"toolExecutionNotifications":[\n${notifications}\n]}]}]}\n`);
  }

  #result({ located }: JudgedObject, finding: ReportedFinding): Record<string, unknown> {
    const { policy, effect, level, message, at, exception } = finding;
    const path = reportedPath(located.file, this.#settings);
    const what = shownLine(objectText(located.review));
    return {
      ruleId: policy,
      ruleIndex: this.#rules.get(policy) ?? -1,
      level,
      message: { text: shownText(`${what}: ${message}`) },
      locations: [
        {
          ...physical(path, located.line),
          logicalLocations: [
            { fullyQualifiedName: at === undefined ? what : shownLine(`${what} ${at}`), kind: "object" },
          ],
        },
      ],
      partialFingerprints: { "posternFinding/v1": this.#fingerprints.of(path, located, finding) },
      ...(exception === undefined
        ? {}
        : { suppressions: [{ kind: "external", status: "accepted", justification: shownLine(exception) }] }),
      properties: { effect },
    };
  }

  #notify(
    id: keyof typeof NOTIFICATIONS,
    level: string,
    text: string,
    { file, line }: { readonly file: string; readonly line?: number | undefined },
  ): void {
    this.#notifications.push(
      reportJson({
        descriptor: { id, index: Object.keys(NOTIFICATIONS).indexOf(id) },
        level,
        message: { text: shownText(text) },
        locations: [physical(reportedPath(file, this.#settings), line)],
      }),
    );
  }
}

function physical(path: string, line: number | undefined): Record<string, unknown> {
  const region = line === undefined ? {} : { region: { startLine: line } };
  return { physicalLocation: { artifactLocation: { uri: uriOfPath(path) }, ...region } };
}
