import { describe, expect, it } from "vitest";
import { jsonLog } from "../../src/telemetry/jsonLog.ts";

/** Writes one line and parses it. */
function lineOf(level: "debug" | "info" | "warn" | "error", properties?: Readonly<Record<string, unknown>>): unknown {
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  );
  log[level]("it happened", properties);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain("\n");
  return JSON.parse(lines[0] ?? "");
}

const COMMON = { time: "2026-01-02T03:04:05.006Z", message: "it happened" };

describe("jsonLog", () => {
  it.each(["debug", "info", "warn", "error"] as const)("writes time, level %s and message as one line", (level) => {
    expect(lineOf(level)).toEqual({ ...COMMON, level });
  });

  it("writes properties, with bigints as strings", () => {
    expect(lineOf("info", { a: 1, b: [true], c: 12n })).toEqual({ ...COMMON, level: "info", a: 1, b: [true], c: "12" });
  });

  it("writes an error with name, message, code, stack and causes", () => {
    const cause = Object.assign(new TypeError("inner"), { code: "ECODE" });
    expect(lineOf("error", { error: new Error("outer", { cause }) })).toEqual({
      ...COMMON,
      level: "error",
      error: {
        name: "Error",
        message: "outer",
        stack: expect.any(String),
        cause: { name: "TypeError", message: "inner", code: "ECODE", stack: expect.any(String) },
      },
    });
  });

  it("writes at most five causes of an error that causes itself", () => {
    const error = new Error("loop");
    error.cause = error;
    expect(JSON.stringify(lineOf("error", { error })).split('"cause"')).toHaveLength(6);
  });

  it("writes strings and the reason when a property cannot be written", () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(lineOf("error", { policy: "p", circle })).toEqual({
      ...COMMON,
      level: "error",
      policy: "p",
      unwritable: expect.stringContaining("circular"),
    });
  });
});
