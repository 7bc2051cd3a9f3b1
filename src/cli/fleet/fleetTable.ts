import { printable } from "../../telemetry/printable.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";

/** A line of the table: one cluster. */
export interface FleetRow {
  readonly cluster: string;
  readonly context: string | undefined;
  readonly result: string;
  readonly color: "green" | "yellow" | "red";
  /** One line, of any length. */
  readonly detail: string;
}

/** Longer details are cut; JSON has all. */
const MAX_DETAIL = 200;
const GAP = "  ";

/** Prints a table with one line for each cluster, and how many have each result. */
export function printFleetTable(terminal: Terminal, rows: readonly FleetRow[]): void {
  const { stdout } = terminal;
  const hasContexts = rows.some(({ cluster, context }) => context !== cluster);
  const cells = rows.map((row) => [row.cluster, ...(hasContexts ? [row.context ?? "(current)"] : []), row.result]);
  const head = ["CLUSTER", ...(hasContexts ? ["CONTEXT"] : []), "RESULT"];
  const all = [head, ...cells].map((line) => line.map(printable));
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  for (const [index, line] of all.entries()) {
    const row = rows[index - 1];
    const detail = row === undefined ? "DETAIL" : cut(printable(row.detail));
    const padded = line.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const result = padded.pop() ?? "";
    const shown = row === undefined ? result : paint(terminal, stdout, row.color, result);
    stdout.write(
      `${[...padded, detail === "" ? shown.trimEnd() : shown, ...(detail === "" ? [] : [detail])].join(GAP)}\n`,
    );
  }
  const counts = [...Map.groupBy(rows, ({ result }) => result)].map(([result, of]) => `${of.length} ${result}`);
  stdout.write(`${rows.length} ${rows.length === 1 ? "cluster" : "clusters"}: ${counts.join(", ")}\n`);
}

function cut(text: string): string {
  return text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text;
}
