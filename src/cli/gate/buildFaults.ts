import type { Message } from "esbuild";
import { errorMessage } from "../../telemetry/errorMessage.ts";

/** What esbuild has to say against a build, one `file:line:column: fault` a line. */
export function buildFaults(error: unknown, file: string): string {
  const messages = typeof error === "object" && error !== null && "errors" in error ? error.errors : undefined;
  if (!Array.isArray(messages) || messages.length === 0) return `${file}: ${errorMessage(error)}`;
  return formatFaults(messages, file);
}

/** The same for messages that were reported without being thrown. */
export function formatFaults(messages: readonly Message[], file: string): string {
  return messages
    .map(({ location, text }) =>
      location === null ? `${file}: ${text}` : `${location.file}:${location.line}:${location.column + 1}: ${text}`,
    )
    .join("\n");
}
