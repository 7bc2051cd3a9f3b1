import { TlsConfigError } from "../TlsConfigError.ts";

/** Blanks, or an argument: of bare characters, '…' and "…" pieces. */
const PIECE = /\s+|(?:[^\s'"]|'[^']*'|"[^"]*")+/gy;

/**
 * Splits a command into program and arguments. Blanks separate, quotes of either kind hold together, and nothing else means
 * anything: no variables, no escapes, no shell. Throws {@link TlsConfigError}.
 */
export function splitCommand(text: string, option: string): readonly [string, ...string[]] {
  const pieces = text.match(PIECE) ?? [];
  if (pieces.join("") !== text) throw new TlsConfigError(option, "has a quote that is not closed");
  const [program, ...args] = pieces
    .filter((piece) => piece.trim() !== "")
    .map((piece) => piece.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
  if (program === undefined || program === "")
    throw new TlsConfigError(option, "names no program, such as nginx -s reload");
  return [program, ...args];
}
