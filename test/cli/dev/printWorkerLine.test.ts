import { expect, it } from "vitest";
import { printWorkerLine } from "../../../src/cli/dev/printWorkerLine.ts";
import type { Terminal } from "../../../src/cli/terminal/Terminal.ts";
import { VERDICT_MESSAGE } from "../../../src/gate/answer/logVerdict.ts";

function print(line: string): string {
  let out = "";
  const stdout = { write: (text: string) => (out += text) };
  const terminal: Terminal = { stdout, stderr: stdout, stdin: (async function* () {})(), env: {} };
  printWorkerLine(terminal, line);
  return out;
}

const verdict = {
  time: "2026-11-24T09:49:53.123Z",
  level: "info",
  message: VERDICT_MESSAGE,
  cluster: "local",
  uid: "u",
  operation: "CREATE",
  resource: "pods",
  namespace: "default",
  name: "web",
  dryRun: false,
  allowed: true,
  patched: 0,
  warnings: [],
  milliseconds: 1.5,
};
const denial = { ...verdict, allowed: false, patched: undefined, statusCode: 403, denial: "no\nway" };

it.each<[what: string, entry: object, line: string]>([
  ["an allowed verdict", verdict, "09:49:53  allowed  local  CREATE pods default/web"],
  ["a patched verdict", { ...verdict, patched: 1 }, "09:49:53  allowed  local  CREATE pods default/web  1 change"],
  [
    "a patched verdict with warnings",
    { ...verdict, patched: 2, warnings: ["a", "b"] },
    "09:49:53  allowed  local  CREATE pods default/web  2 changes  warned: a; b",
  ],
  ["a denial", denial, "09:49:53  denied   local  CREATE pods default/web  403: no way"],
  [
    "a verdict of a cluster-scoped object without a name",
    { ...verdict, namespace: "", name: "" },
    "09:49:53  allowed  local  CREATE pods (no name yet)",
  ],
  [
    "a verdict with control characters",
    { ...verdict, name: "x\u001b[2J\ny" },
    "09:49:53  allowed  local  CREATE pods default/x\\u001b[2J\\ny",
  ],
])("printWorkerLine prints %s as a line for people", (_what, entry, line) => {
  expect(print(JSON.stringify(entry))).toBe(`${line}\n`);
});

it.each(["plain text", '{"level":"error","message":"a policy failed"}', '{"message":"verdict"}', "null", ""])(
  "printWorkerLine prints %j, which is not a verdict, unchanged",
  (line) => {
    expect(print(line)).toBe(`${line}\n`);
  },
);
