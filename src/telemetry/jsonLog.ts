import type { Log, LogProperties } from "./Log.ts";

/** How far causes of causes are followed. */
const CAUSES = 5;

/**
 * A log that writes one JSON object a line: time (ISO 8601), level, message, properties. Twenty lines of our own,
 * since a logging library weighs a quarter of what the edge bundle may; on Node any logger of the same shape can be
 * handed in instead.
 */
export function jsonLog(write: (line: string) => void, now: () => number): Log {
  const at =
    (level: string) =>
    (message: string, properties: LogProperties = {}) => {
      const line = { time: new Date(now()).toISOString(), level, message };
      try {
        write(JSON.stringify({ ...line, ...properties }, serializable));
      } catch (error) {
        // Such as a cycle in what a policy threw. A log must not bring down what it reports on.
        const texts = Object.entries(properties).filter(([, value]) => typeof value === "string");
        const unwritable = error instanceof Error ? error.message : typeof error;
        write(JSON.stringify({ ...line, ...Object.fromEntries(texts), unwritable }));
      }
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function serializable(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Error ? describeError(value, 0) : value;
}

function describeError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = "code" in error ? { code: error.code } : {};
  if (cause === undefined || depth >= CAUSES) return { name, message, ...code, stack };
  return {
    name,
    message,
    ...code,
    stack,
    cause: cause instanceof Error ? describeError(cause, depth + 1) : String(cause),
  };
}
