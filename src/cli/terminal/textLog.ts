import type { Log, LogProperties } from "../../telemetry/Log.ts";
import { printable } from "../../telemetry/printable.ts";
import { paint, type Terminal } from "./Terminal.ts";

/**
 * A log for people on standard output: lines of `TIME LEVEL message name=value ...`. `now` is in milliseconds since
 * 1970.
 */
export function textLog(terminal: Terminal, now: () => number): Log {
  const at =
    (level: "debug" | "info" | "warn" | "error") =>
    (message: string, properties: LogProperties = {}): void => {
      const facts = Object.entries(properties).flatMap(([name, value]) =>
        value === undefined || value === null ? [] : [`${name}=${valueText(value)}`],
      );
      const style = level === "error" ? "red" : level === "warn" ? "yellow" : "dim";
      const head = `${new Date(now()).toISOString()} ${paint(terminal, terminal.stdout, style, level.padEnd(5))}`;
      terminal.stdout.write(`${[head, message, ...facts].join(" ")}\n`);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function valueText(value: unknown): string {
  const text =
    value instanceof Error
      ? (value.stack ?? value.message)
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);
  const line = printable(text);
  return /^[^\s"=]+$/.test(line) ? line : JSON.stringify(line);
}
