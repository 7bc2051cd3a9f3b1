import { linearPattern, PatternError } from "../../../policy/pattern/linearPattern.ts";

/** What the message of a finding has to contain. */
export interface MessagePattern {
  /** As it is written: a text, or `/PATTERN/`. */
  readonly source: string;
  test(message: string): boolean;
}

const WRITTEN = /^\/(.*)\/([a-z]*)$/s;
/** Texts that have no character in common: what matches all of them says nothing of a message. */
const PROBES = ["bcdfg", "VWXYZ", "0123456789"];

/**
 * Reads `message` of a case: a text that a message contains, or `/PATTERN/` with the flags `i`, `s` and `u`, which is matched in
 * linear time. Returns the fault as a text: for a pattern that matches everything, and one that has no linear time.
 */
export function readMessagePattern(written: string): MessagePattern | string {
  const [, source, flags = ""] = WRITTEN.exec(written) ?? [];
  const pattern = source === undefined ? textPattern(written) : expression(written, source, flags);
  return typeof pattern === "string" ? pattern : (emptyFault(pattern) ?? pattern);
}

/** Why a pattern says nothing of a message; undefined when it does. */
export function emptyFault({ source, test }: MessagePattern): string | undefined {
  if (source.trim() !== "" && !PROBES.every(test)) return undefined;
  return `${JSON.stringify(source)} matches every message; write words of the message, or leave it out`;
}

function textPattern(text: string): MessagePattern {
  return { source: text, test: (message) => message.includes(text) };
}

function expression(written: string, source: string, flags: string): MessagePattern | string {
  const other = [...flags].find((flag) => !"isu".includes(flag));
  if (other !== undefined) return `the flag ${other} is not one of i, s and u`;
  try {
    // A part that is valid only between the parentheses below would be another pattern.
    linearPattern(source);
    const pattern = linearPattern(new RegExp(`[^]*(?:${source})[^]*`, flags));
    return { source: written, test: (message) => pattern.test(message) };
  } catch (error) {
    if (!(error instanceof PatternError || error instanceof SyntaxError)) throw error;
    return `${JSON.stringify(written)} ${error.message}`;
  }
}
