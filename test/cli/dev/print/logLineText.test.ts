import { expect, it } from "vitest";
import { BundlePlaces } from "../../../../src/cli/dev/print/BundlePlaces.ts";
import { logLineText } from "../../../../src/cli/dev/print/logLineText.ts";
import type { Terminal } from "../../../../src/cli/terminal/Terminal.ts";

const stdout = { write: () => undefined };
const terminal: Terminal = { stdout, stderr: stdout, stdin: (async function* () {})(), env: {} };
const text = (entry: unknown): string | undefined => logLineText(terminal, entry, new BundlePlaces(""));
const time = "2026-11-24T09:49:53.123Z";
const failed = { time, level: "error", message: "a policy failed", policy: "pods", cluster: "c", uid: "u" };
const error = { name: "Error", message: "kaboom", stack: "Error: kaboom\n    at x (node:x:1:1)" };

it.each<[what: string, entry: object, line: string]>([
  ["a policy that failed", { ...failed, error }, "09:49:53  error       a policy failed: pods: Error: kaboom"],
  [
    "an error with a cause",
    { ...failed, error: { ...error, cause: { name: "TypeError", message: "inner" } } },
    "09:49:53  error       a policy failed: pods: Error: kaboom: caused by TypeError:\n                        inner",
  ],
  ["a thrown value", { ...failed, error: "text" }, "09:49:53  error       a policy failed: pods: text"],
  [
    "an error of several lines",
    { ...failed, error: { name: "E", message: "a\n\u001b[2Jb" } },
    "09:49:53  error       a policy failed: pods: E: a\\n\\u001b[2Jb",
  ],
  [
    "a policy that missed the deadline",
    { ...failed, level: "warn", message: "a policy missed the deadline" },
    "09:49:53  warning     a policy missed the deadline: pods",
  ],
  [
    "dropped findings",
    { ...failed, level: "warn", message: "a policy dropped its findings", fault: "made 2" },
    "09:49:53  warning     a policy dropped its findings: pods: made 2",
  ],
  [
    "a call that was turned away",
    { time, level: "warn", message: "a call was turned away", code: "overloaded", cluster: "c", path: "/c/c/validate" },
    "09:49:53  warning     a call was turned away: overloaded: /c/c/validate",
  ],
])("logLineText: %s", (_what, entry, line) => {
  expect(text(entry)).toBe(line);
});

it.each<[what: string, entry: unknown]>([
  ["nothing", undefined],
  ["a text", "a"],
  ["a line for information", { time, level: "info", message: "x" }],
  ["a line without a time", { level: "error", message: "x" }],
  ["a line of another log", { time: "now", level: "error", message: "x" }],
])("logLineText has no text for %s", (_what, entry) => {
  expect(text(entry)).toBeUndefined();
});
