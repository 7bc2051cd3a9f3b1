/** The width of a terminal that every person has. */
export const WIDTH = 80;

/** Breaks a text at blanks, so that it fits 80 columns, and indents all of its lines. A longer word stays whole. */
export function fillText(text: string, indent: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines.join("\n");
}
