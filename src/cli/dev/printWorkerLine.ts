import * as z from "zod/mini";
import { VERDICT_MESSAGE } from "../../gate/answer/logVerdict.ts";
import { printable } from "../../telemetry/printable.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { wrapText } from "../terminal/wrapText.ts";
import type { BundlePlaces } from "./print/BundlePlaces.ts";
import { logLineText } from "./print/logLineText.ts";
import { millisecondsText, traceText } from "./print/traceText.ts";

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
  policies: z.array(z.string()),
  milliseconds: z.number(),
});

const decisionSchema = z.object({ message: z.literal("decision"), decision: z.object({}) });

/** Policies that a verdict names. */
const MAX_POLICIES = 3;
const MARKS = { allowed: "green", denied: "red", "not judged": "yellow" } as const;
/** Below the verdict, which stands behind the time. */
const INDENT = " ".repeat(10);
/** Below the facts, which stand behind the verdict. */
const FACTS = " ".repeat(22);
/** The width of a terminal. */
const COLUMNS = 80;
/** What a denial says of the log, which is on the lines above. */
const IN_LOG = /; (?:the gate's|its) log has the error$/;

/**
 * Prints a line of the Worker: a verdict, a warning or an error as text for people; any other line as it is. A decision record
 * says nothing that its verdict does not. `places` are those of the Worker's bundle.
 */
export function printWorkerLine(terminal: Terminal, line: string, places: BundlePlaces): void {
  const entry = parse(line);
  if (decisionSchema.safeParse(entry).success) return;
  const parsed = verdictSchema.safeParse(entry);
  const text = parsed.success
    ? verdictText(terminal, parsed.data)
    : (traceText(terminal, entry) ?? logLineText(terminal, entry, places));
  terminal.stdout.write(`${text ?? printable(line)}\n`);
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
  const head = `${paint(terminal, stdout, "dim", time.slice(11, 19))}  ${paint(terminal, stdout, MARKS[result], result.padEnd(10))}`;
  const facts = [
    printable(`${cluster} ${purpose}${entry === undefined ? "" : `/${entry}`}`),
    printable(`${verb} ${resource} ${object}`),
    ...(result === "not judged" ? ["(no policy)"] : []),
    ...(dryRun ? ["(dry run)"] : []),
    ...(user === undefined ? [] : [printable(`by ${user}`)]),
    ...(verdict.policies.length === 0 ? [] : [printable(judgedText(verdict))]),
  ];
  return [
    `${head}  ${fitted(facts)}`,
    ...messagesOf(verdict).map(({ text, indent }) => `${indent}${wrapText(text, indent)}`),
  ].join("\n");
}

/** The policies that were asked, and how long all of them took: `a, b, c and 4 more: 1.5 ms`. */
function judgedText({ policies, milliseconds }: z.infer<typeof verdictSchema>): string {
  const left = policies.length - MAX_POLICIES;
  const named = policies.slice(0, MAX_POLICIES).join(", ");
  return `${named}${left > 0 ? ` and ${left} more` : ""}: ${millisecondsText(milliseconds)}`;
}

/** The facts of a verdict on as few lines as fit. A fact that is longer stays whole, so that it can be copied. */
function fitted(facts: readonly string[]): string {
  const lines: string[] = [];
  for (const fact of facts) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 2 + fact.length > COLUMNS - FACTS.length) lines.push(fact);
    else lines[lines.length - 1] = `${last}  ${fact}`;
  }
  return lines.join(`\n${FACTS}`);
}

/** What was said: a line for each message, and for each further line of a message, which is indented by two more. */
function messagesOf({
  statusCode,
  denials = [],
  warnings,
  audit,
  patched = 0,
}: z.infer<typeof verdictSchema>): { readonly text: string; readonly indent: string }[] {
  const messages = [
    ...denials.map((denial) => `${statusCode} ${denial.replace(IN_LOG, "; the error is above")}`),
    ...warnings.map((warning) => `warning ${warning}`),
    ...audit,
    ...(patched > 0 ? [`patch of ${patched} change${patched === 1 ? "" : "s"}`] : []),
  ];
  return messages.flatMap((message) =>
    message.split(/\r?\n/).map((line, index) => ({
      text: printable(index === 0 ? line : line.replace(/^ {2}/, "")),
      indent: index === 0 ? INDENT : `${INDENT}  `,
    })),
  );
}
