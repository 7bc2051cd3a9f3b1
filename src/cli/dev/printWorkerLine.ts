import * as z from "zod/mini";
import { VERDICT_MESSAGE } from "../../gate/answer/logVerdict.ts";
import { printable } from "../../telemetry/printable.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";

const verdictSchema = z.object({
  time: z.string(),
  message: z.literal(VERDICT_MESSAGE),
  cluster: z.string(),
  operation: z.string(),
  resource: z.string(),
  namespace: z.string(),
  name: z.string(),
  allowed: z.boolean(),
  patched: z.optional(z.number()),
  statusCode: z.optional(z.number()),
  warnings: z.array(z.string()),
  milliseconds: z.number(),
  // The message of the denial. `message` is the kind of the line.
  denial: z.optional(z.string()),
});

/** Prints a line of the Worker: a verdict as text for people, any other line unchanged. */
export function printWorkerLine(terminal: Terminal, line: string): void {
  const parsed = verdictSchema.safeParse(parse(line));
  terminal.stdout.write(`${parsed.success ? verdictText(terminal, parsed.data) : line}\n`);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function verdictText(terminal: Terminal, verdict: z.infer<typeof verdictSchema>): string {
  const {
    time,
    cluster,
    operation,
    resource,
    namespace,
    name,
    allowed,
    patched = 0,
    statusCode,
    warnings,
    denial,
  } = verdict;
  const { stdout } = terminal;
  const mark = allowed ? paint(terminal, stdout, "green", "allowed") : paint(terminal, stdout, "red", "denied ");
  const object = printable(`${namespace === "" ? "" : `${namespace}/`}${name || "(no name yet)"}`);
  const notes = [
    ...(allowed ? [] : [`${statusCode}: ${printable(denial?.replaceAll("\n", " ") ?? "")}`]),
    ...(patched > 0 ? [`${patched} change${patched === 1 ? "" : "s"}`] : []),
    ...(warnings.length > 0 ? [`warned: ${printable(warnings.join("; "))}`] : []),
  ];
  const clock = paint(terminal, stdout, "dim", time.slice(11, 19));
  return `${clock}  ${mark}  ${cluster}  ${operation} ${printable(resource)} ${object}${notes.length > 0 ? `  ${notes.join("  ")}` : ""}`;
}
