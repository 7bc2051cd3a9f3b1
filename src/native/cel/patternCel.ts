import type { LinearPattern } from "../../policy/pattern/linearPattern.ts";
import { NotNativeError } from "./NotNativeError.ts";

/** What JavaScript and RE2 read in the same way: no lookaround, backreference, named group, or class that depends on a flag. */
const SHARED =
  /^(?:[^\\()[\]{}*+?|^$.]|\\[\\()[\]{}*+?|^$./dDsSwW-]|\.|\^|\$|\||\((?:\?:|(?!\?))|\)|\[\^?(?:[^\\[\]]|\\[\\\]^/dDswW.-])+\]|\{\d{1,3}(?:,\d{0,3})?\}|[*+?])*$/;

/** Escapes, classes and dots. */
const PARTS = /\\.|\[(?:\\.|[^\]\\])*\]|\./g;
/** Parts that take any of many characters. Without the flag u, such a part takes half of a character beyond U+FFFF. */
const WIDE = /^(?:\.|\\[DSW]|\[\^.*|\[.*\\[DW].*)$/s;
/** What a dot of JavaScript is. That of RE2 is also a carriage return or a line separator. */
const ANY = "[^\\n\\r\\x{2028}\\x{2029}]";
/** What `\\s` of JavaScript is: that of RE2 is ASCII. For a class. */
const SPACES =
  "\\t\\n\\v\\f\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";
const WRITTEN: Readonly<Record<string, string>> = {
  ".": ANY,
  "\\/": "/",
  "\\s": `[${SPACES}]`,
  "\\S": `[^${SPACES}]`,
};

/**
 * A pattern as RE2 (https://github.com/google/re2/wiki/Syntax) writes it. A `LinearPattern` is about the whole text. Throws
 * {@link NotNativeError} for a pattern that means something else there.
 */
export function patternCel(pattern: RegExp | LinearPattern): string {
  const { source, flags } = pattern;
  if (!/^[iu]*$/.test(flags)) throw new NotNativeError(`a pattern with the flags ${flags} has no form in CEL`);
  if (!SHARED.test(source)) throw new NotNativeError("a pattern means something else in CEL, or nothing", source);
  if (!flags.includes("u") && /\p{Cs}|[\u{10000}-\u{10ffff}]/u.test(source))
    throw new NotNativeError("a character of a pattern without the flag u is two there", source);
  // Without u, JavaScript does not take U+017F for an s, nor U+212A for a k, and RE2 does.
  if (flags === "i")
    throw new NotNativeError("a pattern with the flag i means something else without the flag u", source);
  const shared = source.replace(PARTS, (part, at: number) => {
    if (!flags.includes("u") && WIDE.test(part) && !/[*+]/.test(source.charAt(at + part.length)))
      throw new NotNativeError(`${part} of a pattern without the flag u is half of some characters`, source);
    if (part.startsWith("[")) return part.replace(/\\./gs, (of) => (of === "\\s" ? SPACES : of));
    return WRITTEN[part] ?? part;
  });
  const whole = pattern instanceof RegExp ? shared : `^(?:${shared})$`;
  return `${flags.includes("i") ? "(?i)" : ""}${whole}`;
}
