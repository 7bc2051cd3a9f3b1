import { expect, it } from "vitest";
import { textLog } from "../../../src/cli/terminal/textLog.ts";

/** What a log writes, to a terminal or to a file. */
function written(isTTY: boolean, write: (log: ReturnType<typeof textLog>) => void): string {
  let text = "";
  const output = { isTTY, write: (part: string) => (text += part) };
  const terminal = { stdout: output, stderr: output, stdin: (async function* () {})(), env: {} };
  write(textLog(terminal, () => Date.parse("2026-01-01T00:00:00Z")));
  return text;
}

it.each([
  ["nothing beside it", {}, "leads"],
  ["words", { why: "two words", name: "one" }, 'leads why="two words" name=one'],
  ["what is not there", { a: undefined, b: null, c: 0 }, "leads c=0"],
  ["an object", { at: { x: 1 } }, 'leads at="{\\"x\\":1}"'],
  ["what could forge another line", { why: "a\nb\u001b[2J" }, "leads why=a\\nb\\u001b[2J"],
  ["what could pass for another member", { why: "a=b" }, 'leads why="a=b"'],
])("a line for a person, with %s", (_, properties, expected) => {
  expect(written(false, (log) => log.info("leads", properties))).toBe(`2026-01-01T00:00:00.000Z info  ${expected}\n`);
});

it("has colours on a terminal alone", () => {
  expect(written(true, (log) => log.error("no"))).toContain("\u001b[31m");
  expect(written(false, (log) => log.error("no"))).not.toContain("\u001b");
});
