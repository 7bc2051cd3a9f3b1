import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearPattern, PatternError } from "../../../src/policy/pattern/linearPattern.ts";

/** What RegExp says about the whole text. Lengths here are small enough for its backtracking. */
function byRegExp(source: string, flags: string, text: string): boolean {
  return new RegExp(`^(?:${source})$`, flags.replace(/[gmyd]/g, "")).test(text);
}

/** The random patterns nest counts, so a few write out to too many states, and `\\0` can come before a digit. */
function unlessRefused<T>(compile: () => T): T | undefined {
  try {
    return compile();
  } catch (error) {
    if (error instanceof PatternError && /too large|escapes/.test(error.message)) return undefined;
    throw error;
  }
}

describe("linearPattern gives the answers of RegExp", () => {
  it.each<[source: string, flags: string, texts: string[]]>([
    ["", "", ["", "a"]],
    ["a|", "", ["", "a", "b"]],
    ["a|b|cd", "", ["a", "b", "cd", "c", "ab"]],
    ["([a-z]+-?)+", "", ["abc", "a-b-c", "a--b", "abcD", ""]],
    ["[a-z]{2,3}", "", ["a", "ab", "abc", "abcd"]],
    ["a{2}", "", ["a", "aa", "aaa"]],
    ["a{2,}?b*?", "", ["a", "aa", "aaab", "aabb"]],
    ["(?:a{0}b){2}", "", ["bb", "ab"]],
    ["x{,2}", "", ["x{,2}", "xx", ""]],
    ["a{", "", ["a{", "a"]],
    ["]}", "", ["]}", "]"]],
    ["[]]", "", ["]", ""]],
    ["[^]", "", ["\n", "a", ""]],
    ["[]", "", ["", "a"]],
    ["[\\]\\-a]+", "", ["]-a", "b"]],
    ["a^b|^$", "", ["ab", "", "a^b"]],
    ["\\bfoo\\b-\\Bx", "", ["foo-x", "foo-"]],
    ["\\ba\\B.", "", ["ab", "a-"]],
    [".", "", ["\n", "\u2028", "é", "\u{1f600}"]],
    [".", "s", ["\n", "\u2028"]],
    [".", "u", ["\u{1f600}", "\ud83d", "ab"]],
    [".", "su", ["\n", "\u{1f600}"]],
    ["k", "i", ["K", "\u212a", "k"]],
    ["k", "iu", ["K", "\u212a", "k"]],
    ["\\w", "iu", ["\u017f", "\u212a", "_", "-"]],
    ["\\bs\\b", "iu", ["\u017f", "s", "S"]],
    ["[^\\w]", "iu", ["\u017f", "-", "a"]],
    ["ß|ẞ", "i", ["ß", "ẞ", "ss"]],
    ["σ", "iu", ["ς", "Σ", "σ"]],
    ["\\u{61}", "", ["u".repeat(61), "a"]],
    ["\\u{61}", "u", ["a", "u"]],
    ["\\x41\\u0042\\cA", "", ["AB\u0001", "AB"]],
    ["\\x4", "", ["x4", "\u0004"]],
    ["\\u12", "", ["u12"]],
    ["\\X41\\U0041\\CJ", "i", ["x41u0041cj", "AACJ"]],
    ["\\ud83d\\ude00", "u", ["\u{1f600}", "\ud83d"]],
    ["\\ud83d\\ude00+", "", ["\u{1f600}", "\u{1f600}\ude00"]],
    ["\u{1f600}+", "", ["\u{1f600}", "\u{1f600}\ude00", "\u{1f600}\u{1f600}"]],
    ["\u{1f600}+", "u", ["\u{1f600}", "\u{1f600}\ude00", "\u{1f600}\u{1f600}"]],
    ["[\u{1f600}-\u{1f64f}]", "u", ["\u{1f601}", "\ud83d"]],
    ["\\p{L}+|\\P{L}", "u", ["äb", "1", "a1"]],
    ["\\p{L}", "", ["p{L}", "ä"]],
    ["\\0", "", ["\0", "0"]],
    ["\\d\\D\\s\\S\\w\\W", "", ["1a bc-", "11 bc-"]],
    ["\\.\\/\\-\\+", "", ["./-+"]],
    ["(?<team>[a-z]+)-(?:x|y)", "", ["core-x", "core-z"]],
    ["(a*)*b", "", ["b", "aab", "aa"]],
    ["(a|^)*b", "", ["b", "ab"]],
    ["(?:^a|b$|)*", "", ["", "a", "ab", "ba"]],
    ["(a?){3}", "", ["", "aaa", "aaaa"]],
    ["(\\b|a)+", "", ["a", ""]],
    ["a", "gy", ["a", "ba"]],
    ["^b$", "m", ["b", "a\nb"]],
    ["[\\b]", "", ["\b", "b"]],
    ["[(|)*]+", "", ["(|)*", "a"]],
    ["[a-z0-9.-]{1,253}", "", ["a.b", "A"]],
  ])("/%s/%s", (source, flags, texts) => {
    for (const text of texts) {
      const pattern = linearPattern(new RegExp(source, flags));
      expect([text, pattern.test(text)]).toEqual([text, byRegExp(source, flags, text)]);
      expect([text, pattern.test(text)]).toEqual([text, byRegExp(source, flags, text)]);
    }
  });

  const literal = fc.constantFrom("a", "b", "A", "-", ".", "k", "ſ", "\u212a", "é", "1", "_", "\u{1f600}", "\n");
  const plain = fc.constantFrom("a", "b", "A", "-", "k", "ſ", "1", "_", "\u{1f600}", "]", "{", "}", "{2", ",");
  const atom = fc.oneof(
    plain,
    fc.constantFrom(".", "\\w", "\\W", "\\d", "\\D", "\\s", "\\S", "\\.", "\\-", "\\x61", "\\u0062", "\\u{61}", "\\cJ"),
    fc.constantFrom("^", "$", "\\b", "\\B", "[a-c]", "[^a-c]", "[]", "[^]", "[\\w-]", "[^\\W_]", "[\\]a]", "[.\\d]"),
    fc.constantFrom("\\p{Lu}", "\\P{Lu}", "\\ud83d\\ude00", "[\\u{1f600}a]", "[\\ud83d\\ude00]", "\\0"),
  );
  const quantifier = fc.constantFrom("*", "+", "?", "*?", "+?", "??", "{2}", "{0}", "{0,2}", "{1,3}?", "{2,}", "{1,}?");
  const { source: pattern } = fc.letrec<{ source: string; term: string }>((tie) => ({
    term: fc.oneof(
      { maxDepth: 2 },
      atom,
      fc.tuple(atom, quantifier).map(([part, count]) => part + count),
      fc
        .tuple(fc.constantFrom("(", "(?:"), tie("source"), fc.option(quantifier, { nil: "" }))
        .map(([open, inner, count]) => `${open}${inner})${count}`),
    ),
    source: fc
      .array(fc.array(tie("term"), { maxLength: 3 }), { minLength: 1, maxLength: 2 })
      .map((branches) => branches.map((terms) => terms.join("")).join("|")),
  }));
  const flags = fc.constantFrom("", "i", "u", "iu", "s", "su", "m", "isu");
  const text = fc.array(literal, { maxLength: 6 }).map((characters) => characters.join(""));

  it("for random patterns", () => {
    let compared = 0;
    fc.assert(
      fc.property(pattern, flags, fc.array(text, { minLength: 4, maxLength: 8 }), (source, flag, texts) => {
        let expression: RegExp;
        try {
          expression = new RegExp(source, flag);
        } catch {
          return;
        }
        const linear = unlessRefused(() => linearPattern(expression));
        if (linear === undefined) return;
        for (const value of texts) {
          compared += 1;
          if (linear.test(value) !== byRegExp(source, flag, value))
            throw new Error(`/${source}/${flag} on ${JSON.stringify(value)}: not ${linear.test(value)}`);
        }
      }),
      { numRuns: 4000 },
    );
    expect(compared).toBeGreaterThan(10_000);
  });
});

// Not a literal: the compiler's target is older than the flag.
const withFlagV: RegExp = Reflect.construct(RegExp, ["[a&&b]", "v"]);

describe("linearPattern refuses", () => {
  it.each<[string, RegExp | string, string]>([
    ["a lookahead", "(?=a)a", "has (?=, and lookaround"],
    ["a negative lookahead", "a(?!b)", "has (?!, and lookaround"],
    ["a lookbehind", "(?<=a)b", "has (?<=, and lookaround"],
    ["a negative lookbehind", "(?<!a)b", "has (?<!, and lookaround"],
    ["a backreference", "(a)\\1", "has \\1, and backreferences"],
    ["a named backreference", "(?<x>a)\\k<x>", "has \\k, and backreferences"],
    ["\\1 without a group, an octal escape", "\\1", "has \\1, and backreferences"],
    ["an octal escape", "\\012", "has \\0, and escapes"],
    ["\\c without a letter", "\\c1", "has \\c, and escapes"],
    ["a modifier", "(?i:a)", "has (?, and modifiers"],
    ["the flag v", withFlagV, "has the flag v"],
    ["what is not a regular expression", "a)|(b", "is not a regular expression: "],
    ["a count that writes out to too many states", "[a-z]{1,3000}", "is too large"],
    ["nested counts", "((((a{99}){99}){99}){99}){99}", "is too large"],
    ["a count of nothing", "(){1000000000}", "is too large"],
    ["nested counts of nothing", "((((){999}){999}){999}){999}", "is too large"],
  ])("%s", (_, pattern, message) => {
    expect(() => linearPattern(pattern)).toThrow(PatternError);
    expect(() => linearPattern(pattern)).toThrow(message);
  });
});

describe("linearPattern takes linear time", () => {
  it.each([
    ["([a-z]+-?)+", "a"],
    ["(a+)+", "a"],
    ["(a|a)*", "a"],
    ["(a|aa)+", "a"],
    ["(.*a){20}", "a"],
    ["([a-z0-9]+[.-]?)*x", "a"],
    ["(\\w+\\s?)*", "ab "],
    ["((((((a*)*)*)*)*)*)*", "a"],
    ["a*a*a*a*a*a*a*a*", "a"],
  ])("/%s/", (source, unit) => {
    const pattern = linearPattern(source);
    // By backtracking, 10,000 of these would take longer than the universe is old.
    expect(pattern.test(`${unit.repeat(10_000)}!`)).toBe(false);
  });
});
