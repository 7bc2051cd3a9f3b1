import { describe, expect, it } from "vitest";
import { parseManifests } from "../../../src/cli/manifests/parseManifests.ts";
import { patience } from "../../run/speedFactor.ts";

const POD = "apiVersion: v1\nkind: Pod\n";
const fault = (text: string, file = "x.yaml"): string[] =>
  parseManifests(file, text).faults.map(({ line, message }) => `${line}: ${message}`);

describe("syntaxFault names the line, the key and what to write", () => {
  it.each<[what: string, text: string, expected: string]>([
    [
      "a tab in a list",
      "spec:\n  containers:\n  - name: a\n  \timage: b\n",
      "6: spec.containers: a tab indents this line; YAML takes spaces",
    ],
    [
      "a colon in a value",
      "spec:\n  containers:\n  - name: a\n    image: nginx: latest\n",
      '6: spec.containers[0].image: a value that contains ": " needs quotes, or a line is indented wrongly',
    ],
    [
      "a line that is indented too far",
      "spec:\n  a: 1\n   b: 2\n",
      '4: spec.a: a value that contains ": " needs quotes, or a line is indented wrongly',
    ],
    [
      "a key without a colon",
      "spec:\n  name a\n  b: 1\n",
      "4: spec: expected KEY: VALUE; a colon is missing, or a line is indented wrongly",
    ],
    [
      "an open list in a list",
      "spec:\n  c:\n  - command: [sh, -c\n  - name: b\n",
      "5: spec.c[0].command: the [ that opens here is not closed",
    ],
    [
      "an open quote behind a dotted key",
      'metadata:\n  labels:\n    a.b/c: "x\n',
      '5: metadata.labels["a.b/c"]: the quote that opens here is not closed',
    ],
    ["a value that begins with @", "spec:\n  a: @x\n", "4: spec.a: a value that begins with @ needs quotes"],
    ["a value that begins with `", "spec:\n  - `x`\n", "4: spec[0]: a value that begins with ` needs quotes"],
    [
      "a host with an asterisk",
      "spec:\n  host: *.example.com\n",
      "4: spec.host: nothing above has the anchor of this alias; a text that begins with * needs quotes",
    ],
    ["a wrong escape", 'spec:\n  a: "\\q"\n', "4: spec.a: Invalid escape sequence \\q"],
    [
      "an action of a template",
      "{{- if .x }}\nmetadata: {}\n{{- end }}\n",
      '3: is a template that was not filled in ("{{ … }}")',
    ],
    [
      "a merge conflict",
      "metadata:\n  name: a\n<<<<<<< HEAD\nspec: {}\n=======\n>>>>>>> x\n",
      "5: a merge conflict is not resolved",
    ],
  ])("for %s", (_what, text, expected) => {
    expect(fault(POD + text)).toEqual([expected]);
    // In a later document, after one with Windows line ends.
    const shifted = expected.replace(/^\d+/, (line) => String(Number(line) + 4));
    expect(fault(`# one\r\n---\r\n# two\r\n---\n${POD}${text}`)).toEqual([shifted]);
  });
});

describe("syntaxFault finds a key that a map has twice", () => {
  it.each<[what: string, text: string, expected: string]>([
    ["at the top", "kind: Pod\n", '3: the key "kind" occurs twice; the first is in line 2'],
    [
      "in a list",
      "spec:\n  c:\n  - {a: 1, b: 2}\n  - a: 1\n    b: 2\n    a: 3\n",
      '8: spec.c[1]: the key "a" occurs twice; the first is in line 6',
    ],
    ["quoted once", "data:\n  a: 1\n  'a': 2\n", '5: data: the key "a" occurs twice; the first is in line 4'],
    [
      "as a number and as a string, which JSON cannot tell apart",
      'data:\n  1: a\n  "1": b\n',
      '5: data: the key "1" occurs twice; the first is in line 4',
    ],
    [
      "as two words for true",
      "data:\n  yes: a\n  true: b\n",
      '5: data: the key "true" occurs twice; the first is in line 4',
    ],
  ])("%s", (_what, text, expected) => {
    expect(fault(POD + text)).toEqual([expected]);
  });

  it("but not a merge key that occurs twice", () => {
    const { manifests } = parseManifests("x.yaml", `${POD}data:\n  <<: {a: "1"}\n  <<: {b: "2"}\n`);
    expect(manifests[0]?.object.data).toEqual({ a: "1", b: "2" });
  });
});

it.each<[what: string, data: (count: number) => string]>([
  ["keys", (count) => Array.from({ length: count }, (_, i) => `  k${i}: v\n`).join("")],
  ["anchors", (count) => Array.from({ length: count }, (_, i) => `  k${i}: &a${i} v\n`).join("")],
])(
  "parseManifests reads many %s without comparing each with each other",
  (_what, data) => {
    const timeOf = (count: number): number => {
      const text = `${POD}data:\n${data(count)}`;
      const startedAt = performance.now();
      expect(parseManifests("x.yaml", text).manifests).toHaveLength(1);
      return performance.now() - startedAt;
    };
    timeOf(500);
    const few = Math.max(timeOf(500), timeOf(500));
    // 16 times as many take about 16 times as long, and 256 times where the time is quadratic.
    expect(timeOf(8000) / few).toBeLessThan(80);
  },
  patience(30_000),
);

it("parseManifests refuses more than 1,000 aliases, which take quadratic time", () => {
  const lines = (count: number): string =>
    [
      ...Array.from({ length: count }, (_, i) => `  a${i}: &k${i} v${i}\n`),
      "  b:\n",
      ...Array.from({ length: count }, (_, i) => `    ? *k${i}\n    : ${i}\n`),
    ].join("");
  expect(fault(`${POD}data:\n${lines(1000)}`)).toEqual([]);
  expect(fault(`${POD}data:\n${lines(8000)}`)).toEqual([
    expect.stringMatching(/^\d+: data\.b: has more than 1000 aliases$/),
  ]);
});
