import type { Lint } from "../../registration/lint/Lint.ts";
import { printable } from "../../telemetry/printable.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";

/** Prints lints to standard error, one a line: for people, or as JSON objects with code, severity, place and message. */
export function printLints(terminal: Terminal, output: "yaml" | "json", lints: readonly Lint[]): void {
  for (const lint of lints) {
    const { code, severity, place, message } = lint;
    if (output === "json") terminal.stderr.write(`${JSON.stringify({ code, severity, place, message })}\n`);
    else {
      const shown = paint(terminal, terminal.stderr, severity === "error" ? "red" : "yellow", severity);
      terminal.stderr.write(`postern: ${shown}: ${printable(`${place} ${message}`)} (${code})\n`);
    }
  }
}
