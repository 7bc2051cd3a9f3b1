/** C0 and C1 controls, and the characters that reorder the text around them (Bidi_Control in Unicode). */
const INVISIBLE = /[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * Makes a text from an input or a policy safe for a terminal. Characters that could move the cursor, colour the line or
 * start another line are shown as escapes, `\n` included.
 */
export function printable(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** {@link printable} for a text of several lines. The lines after the first are indented. */
export function printableLines(text: string, indent: string): string {
  return text.split(/\r?\n/).map(printable).join(`\n${indent}`);
}
