import { TlsConfigError } from "../TlsConfigError.ts";

/** Whitespace, or an argument of bare characters and quoted parts. */
const PIECE = /\s+|(?:[^\s'"]|'[^']*'|"[^"]*")+/gy;

/**
 * Splits a command into program and arguments. Whitespace separates, and single or double quotes group. There are no
 * variables, no escapes and no shell. Throws {@link TlsConfigError} with the name of `option`.
 */
export function splitCommand(text: string, option: string): readonly [string, ...string[]] {
  const pieces = text.match(PIECE) ?? [];
  if (pieces.join("") !== text) throw new TlsConfigError(option, "contains a quote that is not closed");
  const [program, ...args] = pieces
    .filter((piece) => piece.trim() !== "")
    .map((piece) => piece.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
  if (program === undefined || program === "")
    throw new TlsConfigError(option, "names no program; an example is: nginx -s reload");
  return [program, ...args];
}
