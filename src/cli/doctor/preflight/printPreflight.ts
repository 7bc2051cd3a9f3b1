import { printable } from "../../../telemetry/printable.ts";
import { paint, type Terminal } from "../../terminal/Terminal.ts";
import { wrapText } from "../../terminal/wrapText.ts";
import type { PreflightReport } from "./preflightReport.ts";

const LABEL = 14;
const TITLES = { error: ["ERROR", "red"], warning: ["WARNING", "yellow"], info: ["NOTE", "cyan"] } as const;

/** Prints a report for people: what is there, what was found, and what to do next. */
export function printPreflight(terminal: Terminal, report: PreflightReport): void {
  const { stdout } = terminal;
  const line = (text: string, indent = ""): unknown => stdout.write(`${indent}${wrapText(printable(text), indent)}\n`);
  line(report.url);
  for (const [label, text] of factsOf(report)) {
    const indent = " ".repeat(LABEL);
    if (text !== "") stdout.write(`  ${label.padEnd(LABEL)}${wrapText(printable(text), indent)}\n`);
  }
  stdout.write("\n");
  for (const { code, severity, about, message, todo } of report.findings) {
    const [title, color] = TITLES[severity];
    stdout.write(`${paint(terminal, stdout, color, title)} ${code}  ${printable(about)}\n`);
    line(message, "  ");
    line(`-> ${todo}`, "  ");
    stdout.write("\n");
  }
  const counts = (["error", "warning", "info"] as const).map(
    (severity) => report.findings.filter((it) => it.severity === severity).length,
  );
  const [errors = 0, warnings = 0, notes = 0] = counts;
  line(`${plural(errors, "error")}, ${plural(warnings, "warning")}, ${plural(notes, "note")}`);
  line(nextOf(report));
}

function factsOf(report: PreflightReport): [label: string, text: string][] {
  const { addresses, tls, chains, gate, latency, announcement, apiServer } = report;
  const spoken = tls.filter(({ versions }) => versions.length > 0);
  const versions = [...new Set(spoken.flatMap((it) => it.versions))].sort().join(", ");
  const keys = [...new Set(spoken.flatMap((it) => it.keys))].sort().join(", ");
  const isAsked = gate.ready !== null || gate.withoutCredential !== null;
  return [
    ["addresses", addresses.join(", ")],
    ["TLS", versions === "" ? "" : `${versions} (${keys})`],
    ...chains.flatMap(({ subjects, names, notAfter, isPublic, isVerified, catalogues }): [string, string][] => [
      ["chain", `${subjects.join(" <- ")}, until ${notAfter.slice(0, 10)}`],
      ["names", names.join(", ")],
      [
        "roots",
        [
          isVerified ? "verified" : "not verified",
          isPublic ? "a public CA" : "no public CA",
          ...(catalogues.length === 0 ? [] : [`catalogues ${catalogues.join(", ")}`]),
        ].join("; "),
      ],
    ]),
    [
      "gate",
      isAsked
        ? `${gate.version === null ? "version unknown" : `postern ${gate.version}`}, ${gate.ready ?? "readiness unknown"}`
        : "",
    ],
    ["no credential", gate.withoutCredential ?? ""],
    [
      "latency",
      latency.medianMs === null
        ? ""
        : `${latency.medianMs} ms, at most ${latency.maxMs} ms (${latency.calls} new connections)`,
    ],
    ["announcement", isAsked ? announcement : ""],
    ["API server", apiServer === null ? "not asked (--context NAME asks one)" : apiServer.result],
    [
      "it will check",
      "that it reaches an address of the host; TLS 1.2 or later; the name, the dates and the root of the chain; an answer 200 to each call within timeoutSeconds",
    ],
  ];
}

function nextOf({ result, url, apiServer }: PreflightReport): string {
  if (result === "error") return "next: mend the errors, and run this command again";
  if (apiServer === null) return `next: ask the API server as well: postern doctor --preflight ${url} --context NAME`;
  return `next: postern render --cluster NAME --url ${url}`;
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}
