/** A link of a Markdown file. */
export interface MarkdownLink {
  readonly line: number;
  readonly target: string;
}

/** The links of a Markdown file, except in code. */
export function linksOf(markdown: string): MarkdownLink[] {
  return linesOutsideCode(markdown).flatMap(({ line, text }) =>
    [...text.matchAll(/\]\(([^()\s]+)(?:\s"[^"]*")?\)/g)].map(([, target = ""]) => ({ line, target })),
  );
}

/** The anchors of a Markdown file's headings, as on GitHub. */
export function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  return linesOutsideCode(markdown).flatMap(({ raw }) => {
    const [, title] = /^#{1,6}\s+(.*?)\s*$/.exec(raw) ?? [];
    if (title === undefined) return [];
    const anchor = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return [count === 0 ? anchor : `${anchor}-${count}`];
  });
}

function linesOutsideCode(markdown: string): { line: number; text: string; raw: string }[] {
  let isCode = false;
  return markdown.split("\n").flatMap((raw, index) => {
    if (/^\s*```/.test(raw)) {
      isCode = !isCode;
      return [];
    }
    return isCode ? [] : [{ line: index + 1, text: raw.replace(/`[^`]*`/g, ""), raw }];
  });
}
