import type { Log, LogLevel, LogProperties } from "../Log.ts";
import type { AsyncContext } from "./AsyncContext.ts";

/** A log whose lines have the facts of the request in progress. Properties of a line win. */
export function contextLog(log: Log, context: AsyncContext): Log {
  return withFacts(log, () => context.get()?.());
}

/** A log whose lines have the facts of one request. Properties of a line win. A line that is left out costs no facts. */
export function withFacts(log: Log, facts: () => LogProperties | undefined): Log {
  const at =
    (level: LogLevel): Log["info"] =>
    (message, properties) => {
      const isWritten = log.isWritten?.(level, message, properties) ?? true;
      log[level](message, isWritten ? { ...facts(), ...properties } : properties);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), isWritten: log.isWritten };
}
