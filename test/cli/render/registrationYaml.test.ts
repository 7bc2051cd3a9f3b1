import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { registrationYaml } from "../../../src/cli/render/registrationYaml.ts";

it("registrationYaml writes documents below a comment, with lists of scalars on one line", () => {
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
])("registrationYaml writes the string %s so that it is read as a string, as value and key", (text) => {
  const yaml = registrationYaml([{ [text]: text }], []);
  for (const version of ["1.1", "1.2"] as const)
    expect(parseAllDocuments(yaml, { version }).map((document) => document.toJS())).toEqual([{ [text]: text }]);
  expect(yaml).toContain(`: "${text}"`);
});

it("registrationYaml repeats shared parts and writes no aliases", () => {
  const shared = { x: 1 };
  expect(registrationYaml([{ a: shared, b: shared }], [])).not.toMatch(/[&*]/);
});
