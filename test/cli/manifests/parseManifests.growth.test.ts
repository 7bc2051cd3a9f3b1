import { describe, expect, it } from "vitest";
import { parseManifests } from "../../../src/cli/manifests/parseManifests.ts";
import { parseYaml } from "../../../src/config/parseYaml.ts";
import { growthOf, LINEAR } from "../../run/growthOf.ts";

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("");

describe("the readers of YAML take linear time for", () => {
  it.each<[what: string, text: (count: number) => string]>([
    ["keys", (count) => lines(count, (index) => `k${index}: 1\n`)],
    ["keys in braces", (count) => `a: {${lines(count, (index) => `k${index}: 1, `)}}\n`],
    ["aliases", (count) => `a: &a 1\nb:\n${lines(count, () => "- *a\n")}`],
    ["anchors", (count) => lines(count, (index) => `k${index}: &a${index} 1\n`)],
    ["anchors and aliases", (count) => lines(count, (index) => `k${index}: &a${index} [1]\nl${index}: *a${index}\n`)],
    ["aliases in anchors", (count) => `k: &a 1\n${lines(count, (index) => `k${index}: &a${index} [*a]\n`)}`],
    ["merge keys", (count) => `a: &a {x: 1}\nb:\n${lines(count, (index) => `  k${index}: {<<: *a}\n`)}`],
    ["lists in lists", (count) => `${"[".repeat(count)}${"]".repeat(count)}`],
    ["lists in lists that stay open", (count) => "[".repeat(count)],
    ["maps in maps", (count) => "{a: ".repeat(count)],
    ["compact items", (count) => "- ".repeat(count)],
    ["comments between keys", (count) => lines(count, (index) => `# c\nk${index}: 1\n`)],
    ["a long text", (count) => `a: ${lines(count, () => "word\n  ")}`],
    ["a quote that stays open", (count) => `a: "${lines(count, () => "word\n")}`],
    ["blanks", (count) => `a:${" ".repeat(count)}b`],
    ["documents", (count) => lines(count, () => "---\na: 1\n")],
    ["tags", (count) => lines(count, () => "- !!str a\n")],
    ["errors", (count) => lines(count, () => "a: b: c\n")],
    ["a sexagesimal number", (count) => `a: 1${":59".repeat(count)}`],
  ])("%s", (_, text) => {
    // About 8 KB, and 64 KB.
    const size = Math.ceil(8_000 / (text(100).length / 100));
    expect(
      growthOf(size, text, (it) => parseManifests("f.yaml", it)),
      "parseManifests",
    ).toBeLessThan(LINEAR);
    expect(growthOf(size, text, parseYaml), "parseYaml").toBeLessThan(LINEAR);
  });
});
