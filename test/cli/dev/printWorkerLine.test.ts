import { expect, it } from "vitest";
import { BundlePlaces } from "../../../src/cli/dev/print/BundlePlaces.ts";
import { printWorkerLine } from "../../../src/cli/dev/printWorkerLine.ts";
import { reviewOfManifest } from "../../../src/cli/manifests/reviewOfManifest.ts";
import type { Terminal } from "../../../src/cli/terminal/Terminal.ts";
import { logVerdict, VERDICT_MESSAGE } from "../../../src/gate/answer/logVerdict.ts";
import { denied } from "../../../src/protocol/review/Verdict.ts";
import { jsonLog } from "../../../src/telemetry/jsonLog.ts";

function print(line: string): string {
  let out = "";
  const stdout = { write: (text: string) => (out += text) };
  const terminal: Terminal = { stdout, stderr: stdout, stdin: (async function* () {})(), env: {} };
  printWorkerLine(terminal, line, new BundlePlaces(""));
  return out;
}

const verdict = {
  time: "2026-11-24T09:49:53.123Z",
  level: "info",
  message: VERDICT_MESSAGE,
  cluster: "local",
  purpose: "validate",
  uid: "u",
  verb: "create",
  operation: "CREATE",
  resource: "pods",
  namespace: "default",
  name: "web",
  dryRun: false,
  allowed: true,
  result: "allowed",
  policies: ["a"],
  patched: 0,
  warnings: [],
  audit: [],
  milliseconds: 1.5,
};
const denial = { ...verdict, allowed: false, result: "denied", patched: undefined, statusCode: 403 };
const START = "09:49:53  allowed     local validate";
/** The policies of the verdict and their duration. */
const TOOK = "  a: 1.5 ms";

it.each<[what: string, entry: object, lines: string[]]>([
  ["an allowed verdict", verdict, [`${START}  create pods default/web${TOOK}`]],
  [
    "a verdict with entry, dry run and user",
    { ...verdict, purpose: "mutate", entry: "strict", dryRun: true, user: "jane" },
    [
      "09:49:53  allowed     local mutate/strict  create pods default/web  (dry run)",
      "                      by jane  a: 1.5 ms",
    ],
  ],
  [
    "a patched verdict",
    { ...verdict, patched: 1 },
    [`${START}  create pods default/web${TOOK}`, "          patch of 1 change"],
  ],
  [
    "a patched verdict with warnings, and what mode audit would do",
    { ...verdict, patched: 2, warnings: ["a: one", "b: two"], audit: ["would-deny c: three", "would-patch d: add /x"] },
    [
      `${START}  create pods default/web${TOOK}`,
      "          warning a: one",
      "          warning b: two",
      "          would-deny c: three",
      "          would-patch d: add /x",
      "          patch of 2 changes",
    ],
  ],
  [
    "several denials",
    { ...denial, denials: ["a: no\nway", "b: never"] },
    [
      `09:49:53  denied      local validate  create pods default/web${TOOK}`,
      "          403 a: no",
      "            way",
      "          403 b: never",
    ],
  ],
  [
    "a denial whose further lines the gate has indented",
    { ...denial, denials: ["a: no\n  way"] },
    [`09:49:53  denied      local validate  create pods default/web${TOOK}`, "          403 a: no", "            way"],
  ],
  [
    "a policy that failed, whose error is printed before",
    { ...denial, statusCode: 500, denials: ["a: the policy failed; the gate's log has the error"] },
    [
      `09:49:53  denied      local validate  create pods default/web${TOOK}`,
      "          500 a: the policy failed; the error is above",
    ],
  ],
  [
    "a verdict with long names",
    { ...verdict, namespace: "a-namespace-with-a-long-name", name: "b".repeat(40) },
    [
      START,
      `                      create pods a-namespace-with-a-long-name/${"b".repeat(40)}`,
      "                      a: 1.5 ms",
    ],
  ],
  [
    "a verdict of no policy",
    { ...verdict, result: "not judged", policies: [] },
    ["09:49:53  not judged  local validate  create pods default/web  (no policy)"],
  ],
  [
    "a verdict of a cluster-scoped object without a name",
    { ...verdict, namespace: "", name: "" },
    [`${START}  create pods (no name yet)${TOOK}`],
  ],
  [
    "a verdict with control characters",
    { ...verdict, name: "x\u001b[2J\ny", user: "\u202ee", warnings: ["a: \u009b"] },
    [
      `${START}  create pods default/x\\u001b[2J\\ny`,
      "                      by \\u202ee  a: 1.5 ms",
      "          warning a: \\u009b",
    ],
  ],
])("printWorkerLine prints %s for people", (_what, entry, lines) => {
  expect(print(JSON.stringify(entry))).toBe(`${lines.join("\n")}\n`);
});

it.each(["plain text", '{"level":"error","message":"a policy failed"}', '{"message":"verdict"}', "null", ""])(
  "printWorkerLine prints %j, which is not a verdict, unchanged",
  (line) => {
    expect(print(line)).toBe(`${line}\n`);
  },
);

it("printWorkerLine escapes what a policy writes to the console", () => {
  expect(print("a\u001b[2J\u202eb")).toBe("a\\u001b[2J\\u202eb\n");
});

it("printWorkerLine reads the lines that logVerdict writes", () => {
  let out = "";
  const log = jsonLog(
    (line) => (out += line),
    () => 0,
  );
  const review = reviewOfManifest({ apiVersion: "v1", kind: "Pod" }, { operation: "CREATE" }, "u");
  if (review === undefined) throw new Error("not reached");
  const facts = { cluster: "local", purpose: "validate", entry: undefined, review, milliseconds: 1 } as const;
  void logVerdict(log)({ ...facts, verdict: denied("too large", 413) });
  expect(print(out)).toBe(
    "00:00:00  denied      local validate  create pods default/(no name yet)\n          413 too large\n",
  );
});

it.each<[what: string, entry: object, line: string]>([
  [
    "a policy that failed",
    {
      level: "error",
      message: "a policy failed",
      policy: "pods",
      cluster: "c",
      error: { name: "Error", message: "x" },
    },
    "09:49:53  error       a policy failed: pods: Error: x",
  ],
  [
    "a policy that missed the deadline",
    { level: "warn", message: "a policy missed the deadline", policy: "pods", cluster: "c", uid: "u" },
    "09:49:53  warning     a policy missed the deadline: pods",
  ],
])("printWorkerLine prints %s for people", (_what, entry, line) => {
  expect(print(JSON.stringify({ time: verdict.time, ...entry }))).toBe(`${line}\n`);
});
