import type { Log, LogProperties } from "./Log.ts";
import { HIDDEN, redactText } from "./redact/redactText.ts";

/** The depth to which causes of causes are written. */
const MAX_CAUSES = 5;

/**
 * A log that writes one JSON object per line: time (ISO 8601), level, message, properties. Not a library: one would take
 * a quarter of the size limit of the edge bundle. On Node any logger of the same shape can be used instead.
 */
export function jsonLog(write: (line: string) => void, now: () => number): Log {
  const at =
    (level: string) =>
    (message: string, properties: LogProperties = {}) => {
      const line = { time: new Date(now()).toISOString(), level, message };
      try {
        write(redactText(JSON.stringify({ ...line, ...properties }, serializable)));
      } catch (error) {
        // Such as a circular value that a policy threw. A log must not break what it reports.
        const texts = Object.entries(properties).filter(([, value]) => typeof value === "string");
        const unwritable = error instanceof Error ? error.message : typeof error;
        write(redactText(JSON.stringify({ ...line, ...Object.fromEntries(texts), unwritable })));
      }
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Names of facts that hold credentials wherever they come from. */
const SECRET = /^(?:(?:proxy-)?authorization|(?:set-)?cookie)$/i;

function serializable(key: string, value: unknown): unknown {
  if (SECRET.test(key)) return HIDDEN;
  if (typeof value === "bigint") return value.toString();
  return value instanceof Error ? describeError(value, 0) : value;
}

function describeError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = "code" in error ? { code: error.code } : {};
  if (cause === undefined || depth >= MAX_CAUSES) return { name, message, ...code, stack };
  return {
    name,
    message,
    ...code,
    stack,
    cause: cause instanceof Error ? describeError(cause, depth + 1) : String(cause),
  };
}
