import { describe, expect, it } from "vitest";
import { parseManifests } from "../../../src/cli/manifests/parseManifests.ts";

const POD = "apiVersion: v1\nkind: Pod\n";

/** Objects as `kind/name@line`, faults as `line: message`. */
function read(text: string, file = "x.yaml"): { objects: string[]; faults: string[] } {
  const { manifests, faults } = parseManifests(file, text);
  return {
    objects: manifests.map(
      ({ object, line }) => `${object.kind}/${Reflect.get(Object(object.metadata), "name")}@${line}`,
    ),
    faults: faults.map(({ line, message }) => `${line ?? "-"}: ${message}`),
  };
}

describe("parseManifests", () => {
  it.each<[what: string, text: string, objects: string[]]>([
    ["one object", `${POD}metadata: {name: a}\n`, ["Pod/a@1"]],
    ["a text with CRLF", "apiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: a\r\n", ["Pod/a@1"]],
    ["JSON in a YAML file", '{\n\t"apiVersion": "v1",\n\t"kind": "Pod", "metadata": {"name": "a"}}', ["Pod/a@1"]],
    [
      "objects between empty documents and comments",
      `---\n---\n# nothing\n---\n${POD}---\n\n---\n${POD}---\n`,
      ["Pod/undefined@5", "Pod/undefined@10"],
    ],
    ["a document that ends with ...", `${POD}...\n---\n${POD}`, ["Pod/undefined@1", "Pod/undefined@5"]],
    [
      "a stream of JSON objects",
      '{"apiVersion": "v1", "kind": "Pod"}\n{"apiVersion": "v1",\n"kind": "Service"} {"apiVersion": "v1", "kind": "Node"}\n',
      ["Pod/undefined@1", "Service/undefined@2", "Node/undefined@3"],
    ],
    [
      "an object with anchors and merge keys",
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: &l {x: z}}\nspec: {<<: *l}\n",
      ["Pod/a@1"],
    ],
    [
      "a List",
      `apiVersion: v1\nkind: List\nitems:\n- ${POD.replaceAll("\n", "\n  ")}metadata: {name: a}\n- ${POD.replaceAll("\n", "\n  ")}metadata: {name: b}\n`,
      ["Pod/a@4", "Pod/b@7"],
    ],
    [
      "a List in a List",
      "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: Pod, metadata: {name: a}}\n- {apiVersion: v1, kind: Pod, metadata: {name: b}}\n",
      ["Pod/a@7", "Pod/b@8"],
    ],
    [
      "a typed list whose items omit apiVersion and kind",
      "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n- {kind: Pod, metadata: {name: b}}\n",
      ["Pod/a@4", "Pod/b@5"],
    ],
    [
      "a kind that ends with List but has no items",
      "apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\n",
      ["AllowList/a@1"],
    ],
  ])("reads %s", (_what, text, objects) => {
    expect(read(text)).toEqual({ objects, faults: [] });
  });

  it("turns keys that are numbers or booleans into strings, as kubectl does", () => {
    const { manifests } = parseManifests("x.yaml", `${POD}data: {1: a, yes: b, 0x10: c, "": d, "{{ .e }}": e}\n`);
    expect(manifests[0]?.object.data).toEqual({ 1: "a", true: "b", 16: "c", "": "d", "{{ .e }}": "e" });
  });

  it("keeps keys such as __proto__", () => {
    const { manifests } = parseManifests(
      "x.yaml",
      "apiVersion: v1\nkind: ConfigMap\ndata: {__proto__: a, constructor: b}\n",
    );
    expect(JSON.stringify(manifests[0]?.object.data)).toBe('{"__proto__":"a","constructor":"b"}');
    expect(Object.getPrototypeOf(manifests[0]?.object.data)).toBe(Object.prototype);
  });
});

describe("parseManifests reports the line and still reads the other documents", () => {
  it.each<[what: string, text: string, fault: string]>([
    [
      "a tab for indentation",
      `${POD}metadata:\n\tname: a\n`,
      "4: metadata: a tab indents this line; YAML takes spaces",
    ],
    [
      "wrong indentation",
      `${POD}metadata:\n    name: a\n  labels: {}\n`,
      "5: metadata.name: the line is indented otherwise than the lines before it",
    ],
    [
      "a duplicate key",
      `${POD}metadata:\n  name: a\n  name: b\n`,
      '5: metadata: the key "name" occurs twice; the first is in line 4',
    ],
    [
      "an open double quote",
      `${POD}metadata:\n  name: "a\nspec: {}\n`,
      "4: metadata.name: the quote that opens here is not closed",
    ],
    [
      "an open single quote",
      `${POD}metadata: {name: 'a}\nspec: {}\n`,
      "3: metadata.name: the quote that opens here is not closed",
    ],
    [
      "an open bracket",
      `${POD}metadata:\n  labels: {a: b\nspec: c\n`,
      "4: metadata.labels: the { that opens here is not closed",
    ],
    [
      "an alias without an anchor",
      `${POD}spec: *nothing\n`,
      "3: spec: nothing above has the anchor of this alias; a text that begins with * needs quotes",
    ],
    ["an infinite number", `${POD}spec:\n  a: .inf\n`, "4: spec.a: .inf is a number that JSON does not have"],
    [
      "a number that is not finite",
      `${POD}spec:\n  a: [.NaN]\n`,
      "4: spec.a[0]: .NaN is a number that JSON does not have",
    ],
    ["another YAML version", `%YAML 1.2\n---\n${POD}`, "1: is YAML 1.2 by its %YAML directive; kubectl reads YAML 1.1"],
    [
      "a template that was not filled in",
      `${POD}metadata:\n  name: {{ .Values.name }}\n`,
      '4: metadata.name: has a key that is a map or a list, as in a template that was not filled in ("{{ … }}"); keys are strings',
    ],
    [
      "a list as a key",
      `${POD}metadata:\n  ? [a, b]\n  : c\n`,
      '4: metadata: has a key that is a map or a list, as in a template that was not filled in ("{{ … }}"); keys are strings',
    ],
    [
      "an alias of a map as a key",
      `${POD}metadata: &m {name: a}\nspec:\n  ? *m\n  : c\n`,
      '5: spec: has a key that is a map or a list, as in a template that was not filled in ("{{ … }}"); keys are strings',
    ],
    ["null as a key", `${POD}data: {~: a}\n`, '3: data["~"]: has a key that is null; keys are strings'],
    ["no kind", "\napiVersion: v1\nmetadata: {}\n", "2: has no kind; every object needs apiVersion and kind"],
    ["an empty kind", "apiVersion: v1\nkind: ''\n", "1: has no kind; every object needs apiVersion and kind"],
    ["an apiVersion that is a number", "apiVersion: 1\nkind: Pod\n", "1: apiVersion: is a number; expected a string"],
    ["a kind that is a boolean", "apiVersion: v1\nkind: on\n", "2: kind: is a boolean; expected a string"],
    ["an apiVersion that is a list", "kind: Pod\napiVersion: [v1]\n", "2: apiVersion: is a list; expected a string"],
    ["a list as a document", "\n\n- a\n", "3: is not an object; expected apiVersion, kind and metadata"],
    ["a word as a document", "hello\n", "1: is not an object; expected apiVersion, kind and metadata"],
    [
      "an item that is not an object",
      "apiVersion: v1\nkind: List\nitems:\n- 7\n",
      "4: items[0]: is not an object; expected apiVersion, kind and metadata",
    ],
    [
      "an item without kind",
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1}\n",
      "4: items[0]: has no kind; every object needs apiVersion and kind",
    ],
  ])("for %s", (_what, text, fault) => {
    expect(read(text)).toEqual({ objects: [], faults: [fault] });
    expect(read(`${text}...\n---\n${POD}`)).toMatchObject({
      objects: [expect.stringMatching(/^Pod/)],
      faults: [fault],
    });
  });

  it.each<[what: string, text: string]>([
    ["only a comment", "# soon\n"],
    ["only comments and separators", "---\n# Source: shop/templates/ingress.yaml\n---\n# Source: hpa.yaml\n---\n"],
    ["only separators", "---\n---\n"],
    ["a comment that is indented, and Windows line ends", "---\r\n  # soon\r\n---\r\n"],
    ["a comment behind a separator, and a document end", "--- # soon\n...\n"],
  ])("no fault for a text with %s, which contains no object", (_what, text) => {
    expect(read(text)).toEqual({ objects: [], faults: [] });
  });

  it.each<[what: string, text: string]>([
    ["only null", "null\n"],
    ["null between comments", "# a\nnull\n# b\n"],
  ])("that a text with %s contains no object", (_what, text) => {
    expect(read(text)).toEqual({ objects: [], faults: ["-: contains no object"] });
  });

  it.each<[what: string, text: string]>([
    ["no characters", ""],
    ["only white space", "\n \n"],
  ])("that a text with %s is empty", (_what, text) => {
    expect(read(text)).toEqual({ objects: [], faults: ["-: is empty"] });
  });

  it("for aliases that expand too often", () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`);
    expect(read(`${POD}l0: &l0 [x]\n${levels.join("\n")}\n`)).toEqual({
      objects: [],
      faults: ["1: expands its aliases more than 100 times"],
    });
  });

  it.each([
    ["[", ""],
    ["[", "]"],
    ['{"a":', "}"],
  ])("for 20,000 nested %s%s", (open, close) => {
    expect(read(open.repeat(20_000) + close.repeat(20_000)).faults).toEqual([
      expect.stringMatching(/^1: is nested too deep$/),
    ]);
  });
});

describe("parseManifests of a .json file", () => {
  it("refuses a missing value, which YAML accepts", () => {
    expect(read('{"apiVersion": "v1",\n "kind": "Pod",\n "metadata":\n}', "x.JSON")).toEqual({
      objects: [],
      faults: ["4: is not JSON: Unexpected token '}'"],
    });
  });
  it("checks each object of a stream and still reads the others", () => {
    const pod = '{"apiVersion": "v1", "kind": "Pod"}';
    expect(read(`${pod}\n{"kind":\n}\n${pod}{}\n`, "x.json")).toEqual({
      objects: ["Pod/undefined@1", "Pod/undefined@4"],
      faults: ["3: is not JSON: Unexpected token '}'", "4: has no apiVersion; every object needs apiVersion and kind"],
    });
    expect(read(`${pod}\n---\n${pod}`, "x.json")).toEqual({
      objects: [],
      faults: ["2: is not JSON: Unexpected non-whitespace character after JSON"],
    });
  });
  it("refuses duplicate keys", () => {
    expect(read('{"kind": "Pod",\n"kind": "Pod"}', "x.json").faults).toEqual([
      '2: the key "kind" occurs twice; the first is in line 1',
    ]);
  });
});
