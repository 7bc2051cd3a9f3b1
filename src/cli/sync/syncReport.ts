import type { Finding } from "../../sync/Finding.ts";
import { findingsOf, type Step } from "../../sync/plan/Step.ts";
import type { SyncRun } from "../../sync/runSync.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import { printable } from "../../telemetry/printable.ts";
import { redactText } from "../../telemetry/redact/redactText.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";

/** The JSON of a run. */
export interface SyncReport {
  readonly result: "in-step" | "soaking" | "not-in-step" | "rolled-back";
  /** The writes in order. With `--dry-run`, the writes that would be made. */
  readonly steps: readonly { readonly step: string; readonly about: string; readonly reason: string }[];
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  /** ISO 8601. Only when roots wait for removal. */
  readonly soakUntil?: string;
}

/** A run as data for machines. */
export function syncReport({ steps, last, rolledBack }: SyncRun): SyncReport {
  const findings = findingsOf(last).map(withoutSecrets);
  const result = rolledBack ? "rolled-back" : RESULTS[last.kind];
  return {
    result,
    steps: steps.flatMap((step) =>
      "reason" in step ? [{ step: step.kind, about: about(step), reason: redactText(step.reason) }] : [],
    ),
    findings,
    notes: "notes" in last ? last.notes.map(redactText) : [],
    ...(last.kind === "soak" ? { soakUntil: new Date(last.until).toISOString() } : {}),
  };
}

function withoutSecrets(finding: Finding): Finding {
  return { ...finding, message: redactText(finding.message), about: redactText(finding.about) };
}

const RESULTS = {
  "nothing-to-do": "in-step",
  soak: "soaking",
  report: "not-in-step",
  refuse: "not-in-step",
} as const;

/** Prints a step on one or more lines, for people. */
export function printSyncStep(terminal: Terminal, step: Step, dryRun: boolean): void {
  const print = (text: string): unknown => terminal.stdout.write(`${printable(text)}\n`);
  const printFinding = (finding: Finding): unknown => {
    const { code, about, message } = withoutSecrets(finding);
    return terminal.stdout.write(
      `${paint(terminal, terminal.stdout, "red", printable(`${code}  ${about === "" ? "" : `${about}: `}${message}`))}\n`,
    );
  };
  switch (step.kind) {
    case "nothing-to-do":
      print("in step: nothing to write");
      break;
    case "soak":
      print(`in step; unused roots are removed from ${new Date(step.until).toISOString()} on`);
      break;
    case "report":
      for (const finding of step.findings) printFinding(finding);
      break;
    case "refuse":
      printFinding(step.finding);
      print("nothing is written");
      break;
    case "renew-capability":
      print(`${dryRun ? "would renew" : "renew"} the capability: ${step.reason}`);
      break;
    default:
      print(`${dryRun ? "would " : ""}${step.kind}  ${about(step)}: ${redactText(step.reason)}`);
  }
  if ("notes" in step) for (const note of step.notes) print(`note: ${redactText(note)}`);
}

function about(step: Extract<Step, { readonly reason: string }>): string {
  if (step.kind === "renew-capability") return "";
  return step.kind === "try-canary" ? redactText(step.base) : targetName(step.write.target);
}
