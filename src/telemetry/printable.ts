/** C0 and C1 controls, and the characters that reorder text around them (Unicode's Bidi_Control). */
const INVISIBLE = /[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * A text from an input or a policy, fit for a terminal: what could move the cursor, colour the line or forge another
 * one is shown as an escape, `\n` included.
 */
export function printable(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** The same for a text that may have several lines; those after the first are indented. */
export function printableLines(text: string, indent: string): string {
  return text.split(/\r?\n/).map(printable).join(`\n${indent}`);
}
