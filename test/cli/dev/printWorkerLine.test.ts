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
  ["allowed", verdict, "09:49:53  allowed  local  CREATE pods default/web"],
  ["patched", { ...verdict, patched: 1 }, "09:49:53  allowed  local  CREATE pods default/web  1 change"],
  [
    "patched and warned",
    { ...verdict, patched: 2, warnings: ["a", "b"] },
    "09:49:53  allowed  local  CREATE pods default/web  2 changes  warned: a; b",
  ],
  ["denied", denial, "09:49:53  denied   local  CREATE pods default/web  403: no way"],
  [
    "of a cluster-scoped object without a name",
    { ...verdict, namespace: "", name: "" },
    "09:49:53  allowed  local  CREATE pods (no name yet)",
  ],
  [
    "with controls in it",
    { ...verdict, name: "x\u001b[2J\ny" },
    "09:49:53  allowed  local  CREATE pods default/x\\u001b[2J\\ny",
  ],
])("a verdict is a line for people: %s", (_what, entry, line) => {
  expect(print(JSON.stringify(entry))).toBe(`${line}\n`);
});

it.each(["plain text", '{"level":"error","message":"a policy failed"}', '{"message":"verdict"}', "null", ""])(
  "anything else is printed as it is: %j",
  (line) => {
    expect(print(line)).toBe(`${line}\n`);
  },
);
