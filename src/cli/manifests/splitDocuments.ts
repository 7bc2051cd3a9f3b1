/** A part of a text that is parsed separately. */
export interface TextPart {
  readonly text: string;
  /** Number of lines of the text above this part. */
  readonly linesAbove: number;
}

/**
 * Splits a YAML stream at its `---` lines, as kubectl does. They end a document in any context (YAML 1.1, section
 * 4.3.2). A parser that reads the whole stream loses all documents below an unclosed quote.
 */
export function splitDocuments(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let linesAbove = 0;
  let pending = "";
  for (const piece of text.split(/^(?=---(?:[ \t\r\n]|$))/m)) {
    pending += piece;
    // Directives belong to the document of the next ---.
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
