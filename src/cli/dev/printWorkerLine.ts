import * as z from "zod/mini";
import { VERDICT_MESSAGE } from "../../gate/answer/logVerdict.ts";
import { printable } from "../../telemetry/printable.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { wrapText } from "../terminal/wrapText.ts";

const verdictSchema = z.object({
  time: z.string(),
  message: z.literal(VERDICT_MESSAGE),
  cluster: z.string(),
  purpose: z.string(),
  entry: z.optional(z.string()),
  verb: z.string(),
  resource: z.string(),
  namespace: z.string(),
  name: z.string(),
  dryRun: z.boolean(),
  user: z.optional(z.string()),
  result: z.enum(["allowed", "denied", "not judged"]),
  patched: z.optional(z.number()),
  statusCode: z.optional(z.number()),
  denials: z.optional(z.array(z.string())),
  warnings: z.array(z.string()),
  audit: z.array(z.string()),
});

const MARKS = { allowed: "green", denied: "red", "not judged": "yellow" } as const;
/** Below the verdict, which stands behind the time. */
const INDENT = " ".repeat(10);

/** Prints a line of the Worker: a verdict as text for people, with a line for each message; any other line as it is. */
export function printWorkerLine(terminal: Terminal, line: string): void {
  const parsed = verdictSchema.safeParse(parse(line));
  terminal.stdout.write(`${parsed.success ? verdictText(terminal, parsed.data) : printable(line)}\n`);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function verdictText(terminal: Terminal, verdict: z.infer<typeof verdictSchema>): string {
  const { stdout } = terminal;
  const { time, cluster, purpose, entry, verb, resource, namespace, name, dryRun, user, result } = verdict;
  const object = `${namespace === "" ? "" : `${namespace}/`}${name || "(no name yet)"}`;
  const facts = [
    paint(terminal, stdout, "dim", time.slice(11, 19)),
    paint(terminal, stdout, MARKS[result], result.padEnd(10)),
    printable(`${cluster} ${purpose}${entry === undefined ? "" : `/${entry}`}`),
    printable(`${verb} ${resource} ${object}`),
    ...(result === "not judged" ? ["(no policy)"] : []),
    ...(dryRun ? ["(dry run)"] : []),
    ...(user === undefined ? [] : [printable(`by ${user}`)]),
  ];
  return [facts.join("  "), ...messagesOf(verdict).map((text) => `${INDENT}${wrapText(text, INDENT)}`)].join("\n");
}

/** What was said, a line for each message. */
function messagesOf({
  statusCode,
  denials = [],
  warnings,
  audit,
  patched = 0,
}: z.infer<typeof verdictSchema>): string[] {
  const messages = [
    ...denials.map((denial) => `${statusCode} ${denial}`),
    ...warnings.map((warning) => `warning ${warning}`),
    ...audit,
    ...(patched > 0 ? [`patch of ${patched} change${patched === 1 ? "" : "s"}`] : []),
  ];
  return messages.flatMap((text) => text.split(/\r?\n/)).map(printable);
}
