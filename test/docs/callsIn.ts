/** One command of a line: the text up to a pipe or `&&` outside quotes. */
const COMMAND = /(?:'[^']*'|"[^"]*"|[^'"|&]|&(?!&))+/g;

/**
 * The calls of a program in a script, each on one line. Redirections, comments and other commands of a pipe are removed.
 * `program` is the source of a regular expression for the program's name and the words before its arguments.
 */
export function callsIn(script: string, program: string): string[] {
  const call = new RegExp(`^${program} (\\S.*)$`);
  return script
    .replaceAll(/\s*\\\n\s*/g, " ")
    .replaceAll(/\|\s*\n\s*/g, "| ")
    .split("\n")
    .flatMap((line) => (line.match(COMMAND) ?? []).flatMap((part) => call.exec(part.trim())?.[1] ?? []))
    .map((text) => text.replace(/\s+#.*$|\s*[<>] *\S+.*$/, "").trim());
}
