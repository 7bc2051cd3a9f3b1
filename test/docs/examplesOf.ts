/** A code block of a Markdown file. */
export interface Example {
  /** The line of the opening fence. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** The text of the HTML comment on the line before the block. Empty without one. */
  readonly note: string;
}

/** The code blocks of a Markdown file, in order. */
export function examplesOf(markdown: string): Example[] {
  const lines = markdown.split("\n");
  const examples: Example[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const [, indent = "", fence = "", language = ""] = /^(\s*)(`{3,})(\w*)/.exec(lines[at] ?? "") ?? [];
    if (fence === "") continue;
    const end = lines.findIndex((line, index) => index > at && line.trim() === fence);
    const body = lines.slice(at + 1, end < 0 ? lines.length : end).map((line) => line.slice(indent.length));
    const [, note = ""] = /^\s*<!--\s*(.*?)\s*-->\s*$/.exec(lines[at - 1] ?? "") ?? [];
    examples.push({ line: at + 1, language, text: `${body.join("\n")}\n`, note });
    at = end < 0 ? lines.length : end;
  }
  return examples;
}

/** A command of a console example. */
export interface ConsoleCommand {
  readonly command: string;
  /** The expected output. `…` stands for any text within a line; a line with only `…` stands for any lines. */
  readonly output: string;
  readonly exitCode: number;
}

/**
 * The commands of a console example. A command follows `$ `, and a backslash continues it. Its output ends at the next
 * one.
 */
export function commandsOf(text: string): ConsoleCommand[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [, command = "", rest = ""] = /^((?:.*\\\n)*.*)\n?([\s\S]*)$/.exec(part) ?? [];
      const [, output = rest, code] = /^([\s\S]*?)# exit code (\d+)\n?$/.exec(rest) ?? [];
      return { command, output: output.trimEnd(), exitCode: Number(code ?? 0) };
    });
}

/** Whether a command printed what an example shows. */
export function isOutput(expected: string, printed: string): boolean {
  const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = expected
    .split("\n")
    .map((line) => (line.trim() === "…" ? "(?:.*\n)*?" : `${line.split("…").map(escaped).join(".*")}\n`))
    .join("");
  return new RegExp(`^${pattern}$`).test(`${printed.trimEnd()}\n`);
}
