/** A sentence of a Markdown file. */
export interface Sentence {
  readonly line: number;
  readonly text: string;
  readonly words: number;
}

/**
 * The sentences in the paragraphs, list items and table cells of a Markdown file, without code blocks. A sentence ends
 * at a full stop, a question mark, an exclamation mark or a semicolon, and at the end of its block. A code span counts
 * as one word.
 */
export function sentencesOf(markdown: string): Sentence[] {
  return blocksOf(markdown).flatMap(({ line, text }) =>
    plain(text)
      .split(/(?<=[.?!;])\s+(?=["“(]?[\p{Lu}\d`])/u)
      .map((sentence) => ({
        line,
        text: sentence.trim(),
        words: sentence.split(/\s+/).filter((it) => /\w/.test(it)).length,
      }))
      .filter(({ words }) => words > 0),
  );
}

interface Block {
  readonly line: number;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let isCode = false;
  let open: { line: number; text: string } | undefined;
  const close = (): void => {
    if (open !== undefined) blocks.push(open);
    open = undefined;
  };
  for (const [index, raw] of markdown.split("\n").entries()) {
    const line = index + 1;
    if (/^\s*```/.test(raw)) {
      isCode = !isCode;
      close();
    } else if (isCode || /^\s*(?:$|#{1,6}\s|<!--|\|[-:| ]+\|$)/.test(raw)) close();
    else if (/^\s*\|/.test(raw)) {
      close();
      blocks.push(...raw.split(/(?<!\\)\|/).map((text) => ({ line, text })));
    } else if (/^\s*(?:[-*]|\d+\.)\s/.test(raw)) {
      close();
      open = { line, text: raw.replace(/^\s*(?:[-*]|\d+\.)\s/, "") };
    } else if (open === undefined) open = { line, text: raw };
    else open.text += ` ${raw.trim()}`;
  }
  close();
  return blocks;
}

function plain(text: string): string {
  return text
    .replace(/`[^`]*`/g, "code")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\*\*?/g, "")
    .trim();
}
