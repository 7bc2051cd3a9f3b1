import type { ChainReport } from "../../../records/chain/verify/ChainReport.ts";
import { printable } from "../../../telemetry/printable.ts";
import { paint, type Terminal } from "../../terminal/Terminal.ts";
import { wrapText } from "../../terminal/wrapText.ts";

/** The JSON of `postern records verify`, one for each cluster. */
export interface VerifyReport extends ChainReport {
  readonly result: "ok" | "findings";
  readonly source: string;
  /** What knows the end of the chain besides its lines. Without any, a deletion at the end is not found. */
  readonly endCheckedWith: readonly ("log" | "head" | "receipts")[];
  readonly durationMs: number;
}

const INDENT = "  ";

/** Prints a report for people: a paragraph for each finding, then the numbers. */
export function printVerifyReport(terminal: Terminal, report: VerifyReport): void {
  const { cluster, findings, findingCount, records, batches, first, head, size, durationMs } = report;
  const print = (text: string): unknown => terminal.stdout.write(`${text}\n`);
  const indented = (text: string): unknown => print(`${INDENT}${wrapText(printable(text), INDENT)}`);
  for (const { code, where, message } of findings) {
    print(`${paint(terminal, terminal.stdout, "red", code)}  ${printable(where)}`);
    indented(message);
  }
  if (findingCount > findings.length) print(`and ${number(findingCount - findings.length)} more findings`);
  const result = findingCount === 0 ? "no findings" : counted(findingCount, "finding");
  const style = findingCount === 0 ? "green" : "red";
  print(
    `${printable(cluster)}: ${counted(records, "record")} in ${counted(batches, "batch", "batches")}, ${paint(terminal, terminal.stdout, style, result)}`,
  );
  if (first !== undefined && head !== undefined) {
    print(`${INDENT}from  ${first.seq} at ${first.at}`);
    print(`${INDENT}to    ${head.seq} at ${head.at}`);
    print(`${INDENT}head  ${head.seq}:${head.leaf}`);
  }
  if (report.receipts + report.otherReceipts > 0) indented(receiptsText(report));
  print(`${INDENT}${endText(report)}`);
  const megabytes = size / 1e6;
  const rate = durationMs < 100 || megabytes < 1 ? "" : ` (${(megabytes / (durationMs / 1000)).toFixed(0)} MB/s)`;
  print(`${INDENT}${megabytes.toFixed(1)} MB in ${(durationMs / 1000).toFixed(1)} s${rate}`);
}

function receiptsText({ receipts, otherReceipts }: VerifyReport): string {
  const others = otherReceipts === 0 ? "" : `; ${number(otherReceipts)} of records before or after these`;
  return `${counted(receipts, "receipt")} found${others}`;
}

function endText({ endCheckedWith }: VerifyReport): string {
  const names = { log: "the transaction log", head: "--head", receipts: "--receipts" };
  if (endCheckedWith.length === 0) return "the end is not checked: use --head or --receipts";
  return `the end was compared with ${endCheckedWith.map((it) => names[it]).join(", ")}`;
}

function number(count: number): string {
  return count.toLocaleString("en");
}

function counted(count: number, one: string, several = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : several}`;
}
