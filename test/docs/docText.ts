/** A doc comment as one line for a table cell. */
export function docText(comment: string): string {
  return comment
    .replace(/^\*+/, "")
    .replace(/\s*\n\s*\*?\s*/g, " ")
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .replaceAll("|", "\\|")
    .trim();
}
