import type { Message } from "esbuild";
import { errorMessage } from "../../telemetry/errorMessage.ts";

/** The faults of a failed build, one on each line: `file:line:column: fault`. `error` is what esbuild threw. */
export function buildFaults(error: unknown, file: string): string {
  const messages = typeof error === "object" && error !== null && "errors" in error ? error.errors : undefined;
  if (!Array.isArray(messages) || messages.length === 0) return `${file}: ${errorMessage(error)}`;
  return formatFaults(messages, file);
}

/** Formats messages of esbuild in the same way. */
export function formatFaults(messages: readonly Message[], file: string): string {
  return messages
    .map(({ location, text }) =>
      location === null ? `${file}: ${text}` : `${location.file}:${location.line}:${location.column + 1}: ${text}`,
    )
    .join("\n");
}
