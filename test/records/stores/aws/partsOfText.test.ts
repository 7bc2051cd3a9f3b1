import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MAX_PART_BYTES, MAX_PARTS, partsOfText, textOfParts } from "../../../../src/records/stores/aws/partsOfText.ts";

describe("partsOfText", () => {
  it.each([
    ["an empty text", "", 1],
    ["a text that compresses", '{"seq":1}\n'.repeat(100_000), 1],
    ["a text beyond ASCII", "\ufeffé\u2028😀\n", 1],
    ["a text that does not compress", randomBytes(1_000_000).toString("base64"), 3],
  ])("splits %s into parts that give it back", async (_, text, count) => {
    const parts = await partsOfText(text);
    expect(parts.length).toBe(count);
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(MAX_PART_BYTES);
    expect(await textOfParts(parts)).toBe(text);
  });

  it("refuses a text with more parts than a transaction takes", async () => {
    const text = randomBytes(MAX_PART_BYTES * MAX_PARTS).toString("base64");
    await expect(partsOfText(text)).rejects.toMatchObject({ code: "store-unavailable" });
  });
});

describe("textOfParts", () => {
  it.each([
    ["no parts", []],
    ["bytes that are not compressed", [Uint8Array.of(1, 2, 3)]],
    ["a compressed text that was cut", [gzipSync("text").subarray(0, 12)]],
    ["bytes that are not UTF-8", [gzipSync(Uint8Array.of(0xff))]],
    ["a text that expands beyond the limit", [gzipSync(Buffer.alloc(33 * 1024 * 1024))]],
  ])("refuses %s", async (_, parts) => {
    await expect(textOfParts(parts)).rejects.toMatchObject({ name: "RecordError", code: "store-conflict" });
  });
});
