import * as z from "zod/mini";
import { TRACE_MESSAGE } from "../../../hosts/telemetry/traceLines.ts";
import { printable } from "../../../telemetry/printable.ts";
import { paint, type Terminal } from "../../terminal/Terminal.ts";

const spanSchema = z.object({
  name: z.string(),
  spanId: z.string(),
  parentSpanId: z.optional(z.string()),
  startedAt: z.number(),
  endedAt: z.number(),
  error: z.optional(z.string()),
});
const entrySchema = z.object({ message: z.literal(TRACE_MESSAGE), spans: z.array(spanSchema) });

type Span = z.infer<typeof spanSchema>;

/** Below the verdict, which stands behind the time. */
const INDENT = " ".repeat(10);
/** The width of the column of names. */
const NAMES = 46;

/** The spans of a call as a tree, each with its duration; undefined for a line that has none. */
export function traceText(terminal: Terminal, entry: unknown): string | undefined {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) return undefined;
  const { spans } = parsed.data;
  const known = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined || !known.has(parentSpanId));
  const below = Map.groupBy(spans, ({ parentSpanId }) => parentSpanId);
  const lines = (span: Span, depth: number): string[] => [
    lineOf(span, depth),
    ...(below.get(span.spanId) ?? []).flatMap((child) => lines(child, depth + 1)),
  ];
  const text = roots.flatMap((root) => lines(root, 0));
  return text.map((line) => `${INDENT}${paint(terminal, terminal.stdout, "dim", line)}`).join("\n");
}

function lineOf({ name, startedAt, endedAt, error }: Span, depth: number): string {
  const shown = `${"  ".repeat(depth)}${printable(name)}`;
  const failed = error === undefined ? "" : `  ${printable(error)}`;
  return `${shown.padEnd(NAMES)} ${millisecondsText(endedAt - startedAt).padStart(9)}${failed}`;
}

/** A duration with at most three significant fractions, such as `1.5 ms`. */
export function millisecondsText(milliseconds: number): string {
  return `${Number(milliseconds.toFixed(milliseconds < 10 ? 2 : 0))} ms`;
}
