import { printable } from "../../../telemetry/printable.ts";
import { type Output, paint, type Terminal } from "../../terminal/Terminal.ts";
import { wrapText } from "../../terminal/wrapText.ts";
import type { PolicyCoverage } from "./PolicyCoverage.ts";

const INDENT = " ".repeat(12);

/** The coverage for people: a line for each policy, and below it what no case touches. */
export function coverageText(
  terminal: Terminal,
  output: Output,
  gate: string,
  policies: readonly PolicyCoverage[],
): string {
  const dim = (text: string): string => paint(terminal, output, "dim", text);
  const lines = [`coverage    ${printable(gate)}`];
  for (const { policy, cases, hasFault, hasPass, untouched, silent } of policies) {
    const isWhole = hasFault && hasPass && untouched.length + silent.length === 0;
    const mark = paint(terminal, output, isWhole ? "green" : "yellow", (isWhole ? "covered" : "part").padEnd(10));
    const none = paint(terminal, output, "red", "no case".padEnd(10));
    lines.push(
      `${cases === 0 ? none : mark}  ${printable(policy)}  ${dim(`${cases} ${cases === 1 ? "case" : "cases"}`)}`,
    );
    if (cases === 0) continue;
    if (!hasFault) lines.push(detail("no case is denied, warned or changed"));
    if (!hasPass) lines.push(detail("no case is allowed or unchanged"));
    if (untouched.length > 0) lines.push(detail(`not touched: ${untouched.map(printable).join(", ")}`));
    if (silent.length > 0) lines.push(detail(`found no fault: ${silent.map(printable).join(", ")}`));
  }
  const whole = policies.filter((it) => it.cases > 0).length;
  lines.push(`${whole} of ${policies.length} policies have a case`);
  return lines.map((line) => `${line}\n`).join("");
}

function detail(text: string): string {
  return `${INDENT}${wrapText(text, INDENT)}`;
}
