import { expect, it } from "vitest";
import { paint, type Terminal } from "../../../src/cli/terminal/Terminal.ts";

it.each<[isTTY: boolean | undefined, env: Record<string, string>, text: string]>([
  [true, {}, "\u001b[31mx\u001b[39m"],
  [true, { NO_COLOR: "" }, "\u001b[31mx\u001b[39m"],
  [true, { NO_COLOR: "0" }, "x"],
  [false, { FORCE_COLOR: "1" }, "x"],
  [undefined, {}, "x"],
])("paint with isTTY %s and environment %j returns %j", (isTTY, env, text) => {
  const output = { write: () => undefined, isTTY };
  const terminal: Terminal = { stdout: output, stderr: output, stdin: (async function* () {})(), env };
  expect(paint(terminal, output, "red", "x")).toBe(text);
});
