/** A command of a line: everything up to a pipe or `&&` outside quotes. */
const COMMAND = /(?:'[^']*'|"[^"]*"|[^'"|&]|&(?!&))+/g;

/**
 * The calls of a program in a script, each on one line, without redirections, comments and what follows a pipe. `program`
 * is the source of a regular expression for the program's name and what stands before its arguments.
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
