import { expect, it } from "vitest";
import { textLog } from "../../../src/cli/terminal/textLog.ts";

/** The output of a log on a terminal or in a file. */
function written(isTTY: boolean, write: (log: ReturnType<typeof textLog>) => void): string {
  let text = "";
  const output = { isTTY, write: (part: string) => (text += part) };
  const terminal = { stdout: output, stderr: output, stdin: (async function* () {})(), env: {} };
  write(textLog(terminal, () => Date.parse("2026-01-01T00:00:00Z")));
  return text;
}

it.each([
  ["no properties", {}, "leads"],
  ["strings", { why: "two words", name: "one" }, 'leads why="two words" name=one'],
  ["undefined and null properties", { a: undefined, b: null, c: 0 }, "leads c=0"],
  ["an object as a property", { at: { x: 1 } }, 'leads at="{\\"x\\":1}"'],
  ["control characters", { why: "a\nb\u001b[2J" }, "leads why=a\\nb\\u001b[2J"],
  ["an equals sign in a value", { why: "a=b" }, 'leads why="a=b"'],
])("textLog writes one line with %s", (_, properties, expected) => {
  expect(written(false, (log) => log.info("leads", properties))).toBe(`2026-01-01T00:00:00.000Z info  ${expected}\n`);
});

it("textLog uses colours only on a terminal", () => {
  expect(written(true, (log) => log.error("no"))).toContain("\u001b[31m");
  expect(written(false, (log) => log.error("no"))).not.toContain("\u001b");
});
