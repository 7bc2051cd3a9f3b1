import { describe, expect, it } from "vitest";
import { textLines } from "../../../src/records/stores/textLines.ts";
import { inChunks } from "../chain/verifyLines.ts";

async function textsOf(text: string | Uint8Array, maxBytes?: number): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const line of textLines(inChunks(Buffer.from(text), 1_000), "f", maxBytes)) texts.push(line.text);
  return texts;
}

describe("textLines", () => {
  it.each<[what: string, text: string | Uint8Array, texts: readonly string[]]>([
    ["whole lines", "a\n\nü\u2028b\n", ["a", "", "ü\u2028b"]],
    ["a last line without its end", "a\nb", ["a", "b\0cut"]],
    ["bytes that are not UTF-8", Uint8Array.of(0xff, 0x0a, 0x61, 0x0a), ["\0not UTF-8", "a"]],
    ["a line that no record has", `${"x".repeat(200_000)}\nb\n`, ["\0too long", "b"]],
  ])("reads %s", async (_, text, texts) => {
    expect(await textsOf(text)).toEqual(texts);
  });

  it("takes as long a line as it is told", async () => {
    expect(await textsOf("xxxx\nxxxxx\n", 4)).toEqual(["xxxx", "\0too long"]);
  });
});
