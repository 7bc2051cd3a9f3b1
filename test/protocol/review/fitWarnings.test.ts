import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitWarnings } from "../../../src/protocol/review/fitWarnings.ts";

const runes = (text: string): number => [...text].length;
const graphemes = (text: string): string[] => [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
const family = "👨‍👩‍👧‍👦";
const line = (index: number, length = 256): string => `${String(index).padStart(3, "0")}${"x".repeat(length - 3)}`;

describe("fitWarnings with one warning", () => {
  it.each([
    ["keeps a short warning", "p: short", "p: short"],
    ["keeps 256 characters", "x".repeat(256), "x".repeat(256)],
    ["cuts 257 characters", "x".repeat(257), `${"x".repeat(255)}…`],
    ["keeps 256 emoji, which are 256 runes", "😀".repeat(256), "😀".repeat(256)],
    ["cuts 257 emoji between two emoji", "😀".repeat(257), `${"😀".repeat(255)}…`],
    ["removes an emoji of seven runes that does not fit", "x".repeat(250) + family, `${"x".repeat(250)}…`],
    ["keeps an emoji of seven runes that fits", "x".repeat(249) + family, "x".repeat(249) + family],
    ["keeps a combining mark with its letter", `${"x".repeat(254)}e\u0301yy`, `${"x".repeat(254)}…`],
    ["counts a flag as two runes", `${"x".repeat(254)}🇩🇪y`, `${"x".repeat(254)}…`],
    ["replaces control characters by one space", "p: a\r\n\t\u0000b\u001b[31mc\u0085\u2028d", "p: a b [31mc d"],
    ["removes control characters at both ends", "\n p: a \u007f", "p: a"],
    [
      "cuts inside a grapheme cluster that is longer than the limit",
      `e${"\u0301".repeat(400)}`,
      `e${"\u0301".repeat(254)}…`,
    ],
  ])("%s", (_what, given, kept) => {
    expect(fitWarnings([given])).toEqual([kept]);
  });
});

describe("fitWarnings with several warnings", () => {
  it.each<[what: string, given: string[], kept: string[]]>([
    ["returns no lines for no warnings", [], []],
    ["removes duplicates", ["a", "b", "a"], ["a", "b"]],
    [
      "keeps 16 warnings of 256 runes",
      Array.from({ length: 16 }, (_, i) => line(i)),
      Array.from({ length: 16 }, (_, i) => line(i)),
    ],
    [
      "keeps 15 of 17 warnings and adds a line for the rest",
      Array.from({ length: 17 }, (_, i) => line(i)),
      [...Array.from({ length: 15 }, (_, i) => line(i)), "postern: 2 more warnings left out"],
    ],
    [
      "writes one omitted warning in the singular",
      [...Array.from({ length: 16 }, (_, i) => line(i, 250)), line(16)],
      [...Array.from({ length: 16 }, (_, i) => line(i, 250)), "postern: 1 more warning left out"],
    ],
  ])("%s", (_what, given, kept) => {
    expect(fitWarnings(given)).toEqual(kept);
  });
});

const piece = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    family,
    "👩🏽‍🚀",
    "e\u0301\u0302\u0303",
    "\ud83d",
    "\ude00",
    "🇩🇪",
    "\r\n",
    "한",
    "ᄒ",
    "\u0600",
    "x".repeat(100),
  ),
);
const warning = fc.array(piece, { maxLength: 120 }).map((pieces) => `policy: ${pieces.join("")}`);

describe("fitWarnings with random warnings", () => {
  it("returns at most 256 runes each and 4,096 in total, without control characters, and counts the omitted warnings", () => {
    fc.assert(
      fc.property(fc.array(warning, { maxLength: 60 }), (given) => {
        const kept = fitWarnings(given);
        expect(kept.every((text) => runes(text) <= 256)).toBe(true);
        expect(kept.reduce((sum, text) => sum + runes(text), 0)).toBeLessThanOrEqual(4096);
        expect(kept.join("")).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        const alone = [...new Set(given.flatMap((text) => fitWarnings([text])))];
        const rest = alone.length - (kept.length - 1);
        const isCut = kept.at(-1) === `postern: ${rest} more warning${rest === 1 ? "" : "s"} left out`;
        expect(kept).toEqual(isCut ? [...alone.slice(0, kept.length - 1), kept.at(-1)] : alone);
      }),
      { numRuns: 300 },
    );
  });

  it("never cuts inside a grapheme cluster", () => {
    fc.assert(
      fc.property(warning, (given) => {
        const [kept = ""] = fitWarnings([given]);
        const whole = given.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
        if (runes(whole) <= 256) {
          expect(kept).toBe(whole);
          return;
        }
        const start = kept.slice(0, -1);
        const parts = graphemes(whole);
        let prefix = "";
        while (prefix.length < start.length) prefix += parts.shift() ?? "";
        expect(prefix).toBe(start);
        expect(runes(start + (parts[0] ?? ""))).toBeGreaterThan(255);
      }),
      { numRuns: 1000 },
    );
  });
});
