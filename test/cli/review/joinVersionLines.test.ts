import { expect, it } from "vitest";
import { joinVersionLines } from "../../../src/cli/review/joinVersionLines.ts";
import type { PolicyVerdict } from "../../../src/protocol/review/Verdict.ts";

const verdict = (policy: string, result: PolicyVerdict["result"]): PolicyVerdict => ({
  policy,
  mode: "enforce",
  result,
  findings: [],
});
const POLICIES = [
  verdict("a", "other-version"),
  verdict("b", "judged"),
  verdict("c", "other-version"),
  verdict("d", "other-version"),
  verdict("e", "judged"),
];

it.each<[what: string, lines: readonly string[], joined: readonly string[]]>([
  ["nothing", [], []],
  ["one policy that does not judge the version", ["a: not in v1beta1"], ["a: not in v1beta1"]],
  ["two of them", ["a: not in v1beta1", "c: not in v1beta1"], ["a and 1 other policy: not in v1beta1"]],
  [
    "three of them, and a fault between",
    ["a: not in v1beta1", "b: a fault", "c: not in v1beta1", "d: not in v1beta1"],
    ["a and 2 other policies: not in v1beta1", "b: a fault"],
  ],
  ["two that judge other versions", ["a: judges v1", "c: judges v2"], ["a: judges v1", "c: judges v2"]],
  ["two policies of the same fault", ["b: a fault", "e: a fault"], ["b: a fault", "e: a fault"]],
  ["the same fault twice", ["b: a fault", "b: a fault"], ["b: a fault", "b: a fault"]],
  ["a line without a policy", ["a", "a"], ["a", "a"]],
])("joinVersionLines joins %s", (_, lines, joined) => {
  expect(joinVersionLines(lines, POLICIES)).toEqual(joined);
});
