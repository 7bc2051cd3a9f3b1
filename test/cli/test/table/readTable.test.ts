import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { readTable } from "../../../../src/cli/test/table/readTable.ts";
import { InputFolder } from "../../InputFolder.ts";

const folder = new InputFolder();
afterAll(() => folder.remove());

const word = fc.constantFrom(
  "cases:\n",
  "  - name: a\n",
  "    manifest: {apiVersion: v1, kind: Pod, metadata: {name: a}}\n",
  "    expect: denied\n",
  "    patch: [{op: add, path: /a, value: 99999999999999999999}]\n",
  "    message: /a/\n",
  "    old: *a\n",
  "    review: {kind: AdmissionReview}\n",
  "policy: team\n",
  "user: {username: 5}\n",
  "gate: 9223372036854775807\n",
  "&a ",
  "*a",
  "<<: *a\n",
  "? [b]\n",
  "__proto__: 1\n",
  "constructor: 1\n",
  "- ",
  "{",
  "}",
  "[",
  "---\n",
  "%YAML 1.2\n",
  '"',
  "!!binary a\n",
  "~: 1\n",
  "\0",
);
const value = fc.oneof(fc.jsonValue(), fc.constantFrom("denied", "v1", "Pod", "a", "/(/", "/a/g", "2026-12-01"));
const field = fc.constantFrom(
  ...["name", "policy", "manifest", "review", "old", "operation", "namespace", "user", "cluster", "at", "expect"],
  ...["message", "patch", "metadata", "kind", "apiVersion", "__proto__", "toString"],
);
const table = fc.record({ cases: fc.array(fc.dictionary(field, fc.oneof(value, fc.dictionary(field, value)))) });

describe("readTable", () => {
  it("returns a case or a fault with its line for any text", async () => {
    const text = fc.oneof(
      fc.array(fc.oneof(word, fc.string({ maxLength: 4 })), { maxLength: 30 }).map((parts) => parts.join("")),
      table.map((it) => JSON.stringify(it)),
    );
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        const file = folder.write("any.test.yaml", content);
        const { cases, faults, isOther } = await readTable(file);
        expect(cases.length + faults.length > 0 || isOther === true).toBe(true);
        for (const fault of faults) expect(fault.message).not.toMatch(/undefined|\[object/);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["lists", "[".repeat(20_000)],
    [
      "closed lists",
      `cases: [{ name: a, policy: a, expect: denied, manifest: ${"[".repeat(3_000)}${"]".repeat(3_000)} }]`,
    ],
    [
      "maps",
      `cases: [{ name: a, policy: a, expect: denied, manifest: { apiVersion: v1, kind: Pod, metadata: { name: a }, spec: ${"{ a: ".repeat(3_000)}1${" }".repeat(3_000)} } }]`,
    ],
  ])("returns a fault or a case for deep %s", async (_, content) => {
    const { cases, faults } = await readTable(folder.write("deep.test.yaml", content));
    expect(cases.length + faults.length).toBe(1);
  });
});
