/** Longer messages are cut, as in the answers of a gate: a name or a message of an object may have a megabyte. */
const MAX_LENGTH = 8192;
/** Controls, without line feed and tab, characters that reorder text, and those that no XML document may have. */
const UNSAFE = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\uFFFE\uFFFF]/gu;

/**
 * A text of an object or a policy as a report of a pipeline shows it: of at most 8,192 characters, without lone surrogates,
 * and with escapes for characters that a terminal obeys or that XML does not have. Line breaks stay.
 */
export function shownText(text: string): string {
  const start = text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH).replace(/[\uD800-\uDBFF]$/, "")}…`;
  return start
    .toWellFormed()
    .replaceAll("\r\n", "\n")
    .replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** {@link shownText} on one line. */
export function shownLine(text: string): string {
  return shownText(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}
