import * as z from "zod/mini";
import { printable } from "../../../telemetry/printable.ts";
import { paint, type Terminal } from "../../terminal/Terminal.ts";
import { wrapText } from "../../terminal/wrapText.ts";
import type { BundlePlaces } from "./BundlePlaces.ts";

const causeSchema = z.object({ name: z.string(), message: z.string() });
const errorSchema = z.object({
  name: z.string(),
  message: z.string(),
  stack: z.optional(z.string()),
  cause: z.optional(z.unknown()),
});
const entrySchema = z.object({
  time: z.iso.datetime(),
  level: z.enum(["warn", "error"]),
  message: z.string(),
  policy: z.optional(z.string()),
  fault: z.optional(z.string()),
  code: z.optional(z.string()),
  path: z.optional(z.string()),
  error: z.optional(z.unknown()),
});

const MARKS = { warn: ["warning", "yellow"], error: ["error", "red"] } as const;
/** Below the text, which stands behind the time and the mark. */
const INDENT = " ".repeat(22);

/**
 * A warning or an error in the log of a gate, as text for people: what failed, in which policy, why, and the places in the
 * files of the user. Undefined for anything else.
 */
export function logLineText(terminal: Terminal, entry: unknown, places: BundlePlaces): string | undefined {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) return undefined;
  const { time, level, message, policy, fault, code, path, error } = parsed.data;
  const [mark, style] = MARKS[level];
  const { reasons, stack } = detailOf(error);
  // The line of a call that is turned away has no error.
  const facts = error === undefined && policy === undefined ? [code, path] : [];
  const text = [message, policy, fault, ...facts, ...reasons].filter((part) => part !== undefined && part !== "");
  const { stdout } = terminal;
  const head = `${paint(terminal, stdout, "dim", time.slice(11, 19))}  ${paint(terminal, stdout, style, mark.padEnd(10))}`;
  const said = wrapText(printable(text.join(": ")), INDENT);
  return [`${head}  ${said}`, ...places.framesOf(stack).map((frame) => `${INDENT}  ${frame}`)].join("\n");
}

function detailOf(error: unknown): { readonly reasons: readonly string[]; readonly stack: string } {
  const parsed = errorSchema.safeParse(error);
  if (!parsed.success) return { reasons: error === undefined ? [] : [String(error)], stack: "" };
  const { name, message, stack = "", cause } = parsed.data;
  const inner = causeSchema.safeParse(cause);
  const because = inner.success ? [`caused by ${inner.data.name}: ${inner.data.message}`] : [];
  return { reasons: [`${name}: ${message}`, ...because], stack };
}
