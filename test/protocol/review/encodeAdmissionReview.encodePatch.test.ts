import fc from "fast-check";
import { expect, it } from "vitest";
import { encodePatch } from "../../../src/protocol/review/encodeAdmissionReview.ts";
import { anyJson } from "../anyJson.ts";

const read = (patch: string): unknown => JSON.parse(Buffer.from(patch, "base64").toString("utf8"));

it.each([
  ["an empty patch", []],
  ["a patch in ASCII", [{ op: "add", path: "/a", value: "b" }]],
  ["a patch with umlauts, kanji and emoji", [{ op: "add", path: "/日本~1ü", value: "😀👨‍👩‍👧" }]],
  ["a patch of more than one chunk", [{ op: "add", path: "/a", value: "é😀x".repeat(20_000) }]],
  ["a patch with a lone surrogate, which JSON escapes,", [{ op: "add", path: "/a", value: "\ud83d" }]],
] as const)("encodePatch writes %s as base64 of its JSON in UTF-8", (_what, patch) => {
  expect(encodePatch([...patch])).toBe(Buffer.from(JSON.stringify(patch), "utf8").toString("base64"));
  expect(read(encodePatch([...patch]))).toEqual(patch);
});

it("encodePatch writes any patch as base64 of its JSON in UTF-8", () => {
  fc.assert(
    fc.property(anyJson(true), fc.string({ unit: "binary" }), (value, path) => {
      const patch = [{ op: "add" as const, path, value }];
      expect(encodePatch(patch)).toBe(Buffer.from(JSON.stringify(patch), "utf8").toString("base64"));
    }),
  );
});
