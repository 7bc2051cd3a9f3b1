import type { Log, LogProperties } from "../Log.ts";
import type { AsyncContext } from "./AsyncContext.ts";

/** A log whose lines have the facts of the request in progress. Properties of a line win. */
export function contextLog(log: Log, context: AsyncContext): Log {
  return withFacts(log, () => context.get()?.());
}

/** A log whose lines have the facts of one request. Properties of a line win. */
export function withFacts(log: Log, facts: () => LogProperties | undefined): Log {
  const at =
    (level: keyof Log): Log["info"] =>
    (message, properties) =>
      log[level](message, { ...facts(), ...properties });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
