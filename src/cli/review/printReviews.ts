import { printable, printableLines } from "../../telemetry/printable.ts";
import type { LocalVerdict } from "../gate/judgeReviewLocally.ts";
import type { LocatedReview } from "../manifests/readReviews.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";

/** As wide as the verdict before an object. */
const INDENT = " ".repeat(9);

/** Prints one judged object: a line of JSON for machines, or several lines for people. */
export function printReview(
  terminal: Terminal,
  output: "text" | "json",
  located: LocatedReview,
  verdict: LocalVerdict,
): void {
  const { stdout } = terminal;
  stdout.write(output === "json" ? jsonLine(located, verdict) : textBlock(terminal, located, verdict));
}

/** Prints the last line for people: the number of objects for each result. */
export function printSummary(
  terminal: Terminal,
  counts: { allowed: number; denied: number; unreadable: number },
): void {
  const objects = counts.allowed + counts.denied;
  const parts = [
    `${objects} object${objects === 1 ? "" : "s"}`,
    `${counts.allowed} allowed`,
    `${counts.denied} denied`,
  ];
  if (counts.unreadable > 0) parts.push(`${counts.unreadable} could not be read`);
  terminal.stdout.write(`${parts.join(", ")}\n`);
}

function jsonLine({ file, review }: LocatedReview, { allowed, message, warnings, patch }: LocalVerdict): string {
  const { namespace, name } = review;
  return `${JSON.stringify({ file, kind: review.kind.kind, namespace, name, allowed, message, warnings, patch })}\n`;
}

function textBlock(terminal: Terminal, { file, line, review }: LocatedReview, verdict: LocalVerdict): string {
  const { stdout } = terminal;
  const { namespace, name, kind, subresource } = review;
  const what = printable(
    `${kind.kind}${subresource === "" ? "" : ` (${subresource})`} ${namespace === "" ? "" : `${namespace}/`}${name || "(no name)"}`,
  );
  const mark = verdict.allowed
    ? paint(terminal, stdout, "green", "allowed")
    : paint(terminal, stdout, "red", "denied ");
  const lines = [`${mark}  ${what}  ${paint(terminal, stdout, "dim", printable(`${file}:${line}`))}`];
  if (!verdict.allowed) lines.push(INDENT + printableLines(verdict.message, INDENT));
  for (const warning of verdict.warnings)
    lines.push(`${INDENT}${paint(terminal, stdout, "yellow", "warning")} ${printableLines(warning, INDENT)}`);
  for (const { op, path } of verdict.patch)
    lines.push(`${INDENT}${paint(terminal, stdout, "cyan", "patch")} ${op} ${printable(path)}`);
  return `${lines.join("\n")}\n`;
}
