/**
 * Bytes of memory per part of a JSON text, from measurements of V8 (Node 24, without pointer compression). Each is an upper
 * bound of what 30 shapes of JSON take, which test/gate/http/parseCost.test.ts measures again.
 */
const PER_OBJECT = 64;
/** A list in a list without an end takes the most. */
const PER_ARRAY = 64;
/** An element's slot, and a number that is not a small integer. */
const PER_COMMA = 32;
const PER_STRING = 32;
/** A member may need a hidden class of its own. */
const PER_MEMBER = 104;
/** A member whose name is an array index: V8 allocates the elements before it, or a dictionary. */
const PER_INDEX_MEMBER = 288;

/** The most for each byte, of all shapes. */
const MOST_PER_CHARACTER = 68;

const QUOTE = 34;
const BACKSLASH = 92;
/** An escape of a character outside of Latin-1, such as `\u4e00`. */
const WIDE_ESCAPE = /\\u(?!00)/;

/**
 * An upper bound of the memory, in bytes, that a JSON text of `bytes` bytes and what `JSON.parse` makes of it take together.
 * It needs no look at the text.
 */
export function mostParseCost(bytes: number): number {
  return bytes * MOST_PER_CHARACTER;
}

/**
 * An estimate of the memory, in bytes, that a JSON text and what `JSON.parse` makes of it take together. It counts the parts
 * of the text in one pass, and is at least what V8 takes. It stops at `enough`. `bytes` is the length in UTF-8.
 */
export function parseCost(text: string, bytes: number, enough = Number.POSITIVE_INFINITY): number {
  const { length } = text;
  let cost = length * bytesPerCharacter(text, bytes);
  for (let at = 0; at < length && cost < enough; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const first = text.charCodeAt(at + 1);
        at = endOfString(text, at);
        cost += PER_STRING;
        // A digit may be written as an escape.
        if (isMember(text, at + 1))
          cost += first === BACKSLASH || (first > 47 && first < 58) ? PER_INDEX_MEMBER : PER_MEMBER;
        break;
      }
      case 123: // {
        cost += PER_OBJECT;
        break;
      case 91: // [
        cost += PER_ARRAY;
        break;
      case 44: // ,
        cost += PER_COMMA;
        break;
    }
  }
  return cost;
}

/**
 * Bytes for each character of a text and of its parsed strings together. V8 gives a string two bytes for each character when
 * one of them is outside of Latin-1. U+FFFD stands for a byte that is not UTF-8, so such a text may be as long as its bytes.
 */
function bytesPerCharacter(text: string, bytes: number): number {
  if (bytes !== text.length || text.includes("\ufffd")) return 4;
  return WIDE_ESCAPE.test(text) ? 3 : 2;
}

/** The offset of the quote that ends the string which opens at `open`; the text's length without one. */
function endOfString(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close >= 0; close = text.indexOf('"', close + 1)) {
    let before = close;
    while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((close - before) % 2 === 0) return close;
  }
  return text.length;
}

/** Whether a colon follows, after blanks. */
function isMember(text: string, from: number): boolean {
  for (let at = from; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 58) return true;
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return false;
  }
}
