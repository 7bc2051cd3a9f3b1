/** A part of a text that is parsed by itself. */
export interface TextPart {
  readonly text: string;
  /** Lines of the text above it. */
  readonly linesAbove: number;
}

/**
 * Takes a YAML stream apart at its `---` lines, which end a document wherever they stand (YAML 1.1, section 4.3.2), as
 * kubectl does. A parser that is given all of it loses the documents below one whose quote is never closed.
 */
export function splitDocuments(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let linesAbove = 0;
  let pending = "";
  for (const piece of text.split(/^(?=---(?:[ \t\r\n]|$))/m)) {
    pending += piece;
    // Directives belong to the document whose --- comes after them.
    if (isPrologue(piece)) continue;
    parts.push({ text: pending, linesAbove });
    linesAbove += pending.split("\n").length - 1;
    pending = "";
  }
  return pending === "" ? parts : [...parts, { text: pending, linesAbove }];
}

function isPrologue(piece: string): boolean {
  return piece.split("\n").every((line) => line.trim() === "" || line.startsWith("%") || line.startsWith("#"));
}
