import { describe, expect, it } from "vitest";
import { readmes } from "./readmes.ts";
import { sentencesOf } from "./sentencesOf.ts";

const MAX_WORDS = 45;
const MEDIAN_WORDS = 18;

describe("README files", () => {
  it.each(readmes().map(({ path, text }) => [path, text] as const))(
    `%s has no sentence of more than ${MAX_WORDS} words`,
    (path, text) => {
      const long = sentencesOf(text).filter(({ words }) => words > MAX_WORDS);
      expect(long.map(({ line, words, text: sentence }) => `${path}:${line}: ${words} words: ${sentence}`)).toEqual([]);
    },
  );

  it(`half of all sentences have at most ${MEDIAN_WORDS} words`, () => {
    // Short table cells and list items would lower the median.
    const words = readmes()
      .flatMap(({ text }) => sentencesOf(text))
      .filter(({ text }) => /[.?!:;]$/.test(text))
      .map((sentence) => sentence.words)
      .sort((left, right) => left - right);
    expect(words[Math.floor(words.length / 2)]).toBeLessThanOrEqual(MEDIAN_WORDS);
  });

  it("the README of the project has at most 8 KB", () => {
    const readme = readmes().find(({ path }) => path === "README.md");
    expect(Buffer.byteLength(readme?.text ?? "")).toBeLessThanOrEqual(8_192);
  });
});

describe("sentencesOf", () => {
  it("splits prose, list items and cells, and leaves code out", () => {
    const markdown =
      "# Title\n\nOne two. Three `four five`\nsix.\n\n- a list item\n\n| a cell | b |\n|---|---|\n\n```sh\nnot this one\n```\n";
    expect(sentencesOf(markdown).map(({ line, words }) => [line, words])).toEqual([
      [3, 2],
      [3, 3],
      [6, 3],
      [8, 2],
      [8, 1],
    ]);
  });
});
