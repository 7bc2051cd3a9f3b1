import fc from "fast-check";
import { expect, it } from "vitest";
import { encodePatch } from "../../../src/protocol/review/encodePatch.ts";
import { anyJson } from "../anyJson.ts";

const read = (patch: string): unknown => JSON.parse(Buffer.from(patch, "base64").toString("utf8"));

it.each([
  ["nothing", []],
  ["ASCII", [{ op: "add", path: "/a", value: "b" }]],
  ["umlauts, kanji and emoji", [{ op: "add", path: "/日本~1ü", value: "😀👨‍👩‍👧" }]],
  ["more than one chunk", [{ op: "add", path: "/a", value: "é😀x".repeat(20_000) }]],
  ["a lone surrogate, escaped as JSON has it", [{ op: "add", path: "/a", value: "\ud83d" }]],
] as const)("%s is base64 of the UTF-8 of the JSON", (_what, patch) => {
  expect(encodePatch([...patch])).toBe(Buffer.from(JSON.stringify(patch), "utf8").toString("base64"));
  expect(read(encodePatch([...patch]))).toEqual(patch);
});

it("so is any other", () => {
  fc.assert(
    fc.property(anyJson(true), fc.string({ unit: "binary" }), (value, path) => {
      const patch = [{ op: "add" as const, path, value }];
      expect(encodePatch(patch)).toBe(Buffer.from(JSON.stringify(patch), "utf8").toString("base64"));
    }),
  );
});
