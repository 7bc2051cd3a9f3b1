/**
 * A text with its first colon written otherwise in each line that begins with `::`, after blanks: in the log of a job of GitHub
 * such a line is a command.
 */
export function escapeCommandLines(text: string, colon: string): string {
  if (!text.includes("::")) return text;
  return text
    .split("\n")
    .map((line) => {
      const start = line.trimStart();
      return start.startsWith("::") ? `${line.slice(0, line.length - start.length)}${colon}${start.slice(1)}` : line;
    })
    .join("\n");
}
