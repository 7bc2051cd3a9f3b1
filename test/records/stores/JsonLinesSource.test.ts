import { expect, it } from "vitest";
import { JsonLinesSource } from "../../../src/records/stores/JsonLinesSource.ts";
import { testChain, testKey } from "../chain/testChain.ts";
import { inChunks } from "../chain/verifyLines.ts";

const sourceOf = (text: string, size?: number): JsonLinesSource =>
  new JsonLinesSource("f", inChunks(Buffer.from(text), size));

async function linesOf(source: JsonLinesSource): Promise<string[]> {
  const lines: string[] = [];
  for await (const { text } of source.lines()) lines.push(text);
  return lines;
}

it("JsonLinesSource has all lines, also those that were read to find the cluster", async () => {
  const { batches } = await testChain([3, 2], testKey());
  const text = batches.join("");
  for (const size of [7, 65_536]) {
    const source = sourceOf(text, size);
    expect(await source.clusters()).toEqual(["production"]);
    expect(await linesOf(source)).toEqual(text.trimEnd().split("\n"));
    expect(await linesOf(sourceOf(text, size))).toEqual(text.trimEnd().split("\n"));
  }
});

it.each<[what: string, edit: (text: string) => string, clusters: readonly string[]]>([
  ["no root", (text) => text.replace(/\{"batch.*\n/g, ""), ["production"]],
  ["a first root that cannot be read", (text) => text.replace('{"batch":"', '{"batch":"!'), ["production"]],
  [
    "a first root whose length is not that of base64url",
    (text) => text.replace(/(?<="batch":"[\w-]+\.)[\w-]+/, "eyJjb"),
    ["production"],
  ],
  ["no records", () => "a\n{}\n", []],
  ["nothing", () => "", []],
])("JsonLinesSource finds the cluster of a text with %s", async (_, edit, clusters) => {
  const { batches } = await testChain([3, 2], testKey());
  expect(await sourceOf(edit(batches.join(""))).clusters()).toEqual(clusters);
});

it("JsonLinesSource rejects with store-unavailable when its stream fails", async () => {
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("a\n");
    throw new Error("gone");
  };
  await expect(linesOf(new JsonLinesSource("f", broken()))).rejects.toMatchObject({ code: "store-unavailable" });
});
