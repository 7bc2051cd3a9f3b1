import type { ClusterView } from "../../doctor/cluster/ClusterView.ts";
import type { DoctorFinding, Severity } from "../../doctor/DoctorFinding.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import { printable } from "../../telemetry/printable.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";

/** The JSON of `postern doctor`. */
export interface DoctorReport {
  /** The worst severity of the findings; `ok` when there are only notes or none. */
  readonly result: "ok" | "warning" | "error";
  readonly findings: readonly DoctorFinding[];
  /** The checked registrations, as `KIND/NAME`. */
  readonly registrations: readonly string[];
  readonly endpoints: readonly { readonly url: string; readonly addresses: readonly string[] }[];
}

/** The findings of a check as data for machines. */
export function doctorReport(
  { registrations, endpoints }: ClusterView,
  findings: readonly DoctorFinding[],
): DoctorReport {
  const worst = findings[0]?.severity ?? "info";
  return {
    result: worst === "info" ? "ok" : worst,
    findings,
    registrations: registrations.map(targetName),
    endpoints: endpoints.map(({ base, handshakes }) => ({
      url: base,
      addresses: [...new Set(handshakes.map(({ address }) => address))],
    })),
  };
}

const TITLES: readonly (readonly [Severity, string, "red" | "yellow" | "cyan"])[] = [
  ["error", "ERROR", "red"],
  ["warning", "WARNING", "yellow"],
  ["info", "NOTE", "cyan"],
];
const INDENT = "  ";

/** Prints a report for people: a paragraph for each finding, worst first, and a line with their number. */
export function printDoctorReport(terminal: Terminal, { findings, registrations, endpoints }: DoctorReport): void {
  const print = (text: string): unknown => terminal.stdout.write(`${text}\n`);
  for (const [severity, title, color] of TITLES)
    for (const { code, about, message, todo } of findings.filter((it) => it.severity === severity)) {
      print(`${paint(terminal, terminal.stdout, color, title)} ${code}  ${printable(about)}`);
      print(`${INDENT}${printable(message)}`);
      print(`${INDENT}-> ${printable(todo)}\n`);
    }
  const counts = TITLES.map(([severity]) => findings.filter((it) => it.severity === severity).length);
  const [errors = 0, warnings = 0, notes = 0] = counts;
  const addresses = endpoints.reduce((sum, it) => sum + it.addresses.length, 0);
  const seen = [
    counted(registrations.length, "registration"),
    counted(endpoints.length, "endpoint"),
    counted(addresses, "address", "addresses"),
  ].join(", ");
  const found =
    errors + warnings === 0 ? "no findings" : `${counted(errors, "error")}, ${counted(warnings, "warning")}`;
  print(`${found}${notes === 0 ? "" : `, ${counted(notes, "note")}`} (${seen})`);
}

function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
