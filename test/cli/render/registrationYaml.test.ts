import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { registrationYaml } from "../../../src/cli/render/registrationYaml.ts";

it("is documents below a comment, words of a list on one line", () => {
  expect(registrationYaml([{ a: ["x", "*"], b: { c: 1 } }, { d: [{ e: "f" }] }], ["To apply:", "", "  now"])).toBe(
    '# To apply:\n#\n#   now\n---\na: [x, "*"]\nb:\n  c: 1\n---\nd:\n  - e: f\n',
  );
});

it.each([
  "on",
  "off",
  "yes",
  "No",
  "y",
  "n",
  "~",
  "null",
  "0777",
  "0o7",
  "1_000",
  "12:30",
  "1e3",
  ".5",
  "-1",
  "=",
  "true",
  "2001-01-01",
])("the text %s is a text for whoever reads it, as a value and as a key", (text) => {
  const yaml = registrationYaml([{ [text]: text }], []);
  for (const version of ["1.1", "1.2"] as const)
    expect(parseAllDocuments(yaml, { version }).map((document) => document.toJS())).toEqual([{ [text]: text }]);
  expect(yaml).toContain(`: "${text}"`);
});

it("repeats what objects share, for an alias is hard to read", () => {
  const shared = { x: 1 };
  expect(registrationYaml([{ a: shared, b: shared }], [])).not.toMatch(/[&*]/);
});
