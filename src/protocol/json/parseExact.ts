import { exactInteger } from "./exactInteger.ts";

/** An integer of 16 to 19 digits. Not a member name, which JSON does not have as a number. */
const LONG_INTEGER = /(?<![\d.eE+-])-?[1-9]\d{15,18}(?![\d.eE+-]|\s*:)/g;
/** Such an integer with what may stand before and after it. */
const DELIMITED = /^[\s:,[-]?\d{16,19}(?:[\s,\]}]|$)/;

/**
 * Parses JSON as `JSON.parse` does, but integers of int64 that a double may not hold become a bigint. A text without such
 * an integer costs one scan more. Throws what `JSON.parse` throws.
 *
 * Not by a reviver with `context.source`: it takes twice as long, and overflows the stack at 3,000 levels.
 */
export function parseExact(text: string): unknown {
  if (!hasLongInteger(text)) return JSON.parse(text);
  const number = unusedMark(text);
  return unmark(JSON.parse(markIntegers(text, `\\u0000${number}:`)), `\0${number}:`);
}

/**
 * A number whose mark, `\\u0000NUMBER:`, the text does not have. JSON must escape U+0000, so no string of the text begins
 * with the mark. The mark stays short whatever the text has.
 */
function unusedMark(text: string): number {
  const used = new Set<number>();
  if (text.includes("\\u0000")) for (const [, number] of text.matchAll(/\\u0000(\d{1,9}):/g)) used.add(Number(number));
  let unused = 0;
  while (used.has(unused)) unused += 1;
  return unused;
}

/**
 * Whether a text may have an integer of 16 to 19 digits. Reads every 16th character, for one of them is in such an integer;
 * then the 8th before or after it is, too.
 */
function hasLongInteger(text: string): boolean {
  const { length } = text;
  for (let at = 15; at < length; at += 16) {
    // Not by isDigit, which makes this loop a third slower.
    const code = text.charCodeAt(at);
    if (code < 58 && code > 47 && isInLongInteger(text, at)) return true;
  }
  return false;
}

/** Reads 20 digits at most: the text may be a million digits. */
function isInLongInteger(text: string, at: number): boolean {
  if (!isDigit(text, at - 8) && !isDigit(text, at + 8)) return false;
  let start = at;
  let end = at + 1;
  while (end - start < 20 && isDigit(text, start - 1)) start -= 1;
  while (end - start < 20 && isDigit(text, end)) end += 1;
  return end - start > 15 && DELIMITED.test(text.slice(Math.max(start - 1, 0), end + 1));
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code > 47 && code < 58;
}

/** Writes the integers outside of strings as strings that begin with the mark. */
function markIntegers(text: string, mark: string): string {
  const marked = (integer: string): string =>
    typeof exactInteger(BigInt(integer)) === "bigint" ? `"${mark}${integer}"` : integer;
  let written = "";
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const open = quote < 0 ? text.length : quote;
    const between = text.slice(at, open);
    at = endOfString(text, open);
    written += (between.length < 16 ? between : between.replace(LONG_INTEGER, marked)) + text.slice(open, at);
  }
  return written;
}

/** The offset after the string that opens at a quote. */
function endOfString(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close >= 0; close = text.indexOf('"', close + 1)) {
    let before = close;
    while (text[before - 1] === "\\") before -= 1;
    if ((close - before) % 2 === 0) return close + 1;
  }
  return text.length;
}

/** Replaces the marked strings by their integers. Uses a list instead of recursion, because a body may be nested deeply. */
function unmark(root: unknown, mark: string): unknown {
  const whole: Record<string, unknown> = { root };
  const pending = [whole];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    for (const key of Object.keys(parent)) {
      const value = parent[key];
      if (typeof value === "string") {
        if (value.startsWith(mark)) parent[key] = BigInt(value.slice(mark.length));
      } else if (isParent(value)) pending.push(value);
    }
  }
  return whole.root;
}

function isParent(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
