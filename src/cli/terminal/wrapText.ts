/** The width of a terminal that every person has. */
const WIDTH = 80;

/**
 * Breaks a line of text at blanks, so that it fits 80 columns with an indentation before it. The lines after the first
 * are indented by two more. A word that is longer stays whole, so that it can be copied.
 */
export function wrapText(text: string, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const room = WIDTH - indent.length - (lines.length === 0 ? 0 : 2);
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${indent}  `);
}
