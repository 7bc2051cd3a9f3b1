import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitDocuments } from "../../../src/cli/manifests/splitDocuments.ts";

describe("splitDocuments", () => {
  it.each<[text: string, parts: [text: string, linesAbove: number][]]>([
    ["", []],
    ["a: 1\n", [["a: 1\n", 0]]],
    [
      "a\n---\nb\n",
      [
        ["a\n", 0],
        ["---\nb\n", 1],
      ],
    ],
    [
      "a\r\n---\r\nb",
      [
        ["a\r\n", 0],
        ["---\r\nb", 1],
      ],
    ],
    [
      "--- a\n---\tb\n---",
      [
        ["--- a\n", 0],
        ["---\tb\n", 1],
        ["---", 2],
      ],
    ],
    [
      "%YAML 1.1\n# why\n\n---\na\n---\nb",
      [
        ["%YAML 1.1\n# why\n\n---\na\n", 0],
        ["---\nb", 5],
      ],
    ],
    ["a: |\n  ---\n ---\n----\n---x\n", [["a: |\n  ---\n ---\n----\n---x\n", 0]]],
  ])("splits %j at its --- lines", (text, parts) => {
    expect(splitDocuments(text).map(({ text: part, linesAbove }) => [part, linesAbove])).toEqual(
      parts.length === 0 ? [] : parts,
    );
  });

  it("keeps all text and counts lines", () => {
    const line = fc.constantFrom("---", "--- x", "a: 1", "", "# c", "%YAML 1.1", "...", "----", "\r");
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join("\n");
        const parts = splitDocuments(text);
        expect(parts.map((part) => part.text).join("")).toBe(text);
        let above = "";
        for (const part of parts) {
          expect(part.linesAbove).toBe(above.split("\n").length - 1);
          above += part.text;
        }
      }),
    );
  });
});
