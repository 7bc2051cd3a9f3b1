import { NotJsonError } from "../../protocol/assertJson.ts";
import { isPolicyUseError } from "../define/PolicyUseError.ts";

/** Words of the messages of JavaScript engines, of zod and of Postern. */
const WORDS =
  "a no BigInt Cannot Invalid JSON Unexpected cannot end expected for function input invalid is iterable missing mix not null " +
  "object of properties read reading received required to token types undefined valid";
const WORD = /[\p{L}\p{N}_$]+/gu;
/** A word, or a sign that is none of the punctuation between words. */
const TOKEN = /[\p{L}\p{N}_$]+|[^\p{L}\p{N}_$\s.,:;()'"-]/gu;
const MAX_CAUSES = 5;

/** Where an error comes from. */
export interface ErrorOrigin {
  /** The source text of the function that threw. */
  readonly source: string;
  /** Whether the object is a Secret. */
  readonly isSecret: boolean;
}

/**
 * A copy of an error that can be logged: class, code, the places of its stack, and the message as far as it does not
 * come from the object. The thrown error may hold anything: `JSON.parse` quotes its input, and zod its value.
 *
 * A word of the message stays when the source of the policy has it, or when engines write it; `…` stands for the rest.
 * Of an error about a Secret no message stays. The errors in which Postern says how to write a policy stay as they are.
 */
export function reportableError(error: unknown, { source, isSecret }: ErrorOrigin): Error {
  if (isPolicyUseError(error) || error instanceof NotJsonError) return error;
  // Words of one or two letters in the source are the names of minified variables.
  const ofSource = (source.match(WORD) ?? []).filter((word) => word.length > 2);
  const known = new Set([...WORDS.split(" "), ...ofSource]);
  return copyOf(error, 0);

  function copyOf(thrown: unknown, depth: number): Error {
    if (!(thrown instanceof Error)) return new Error("a value that is not an Error was thrown");
    // Anything can be in the members of an error.
    const [name, message, stack] = [String(thrown.name), String(thrown.message), String(thrown.stack)];
    const code = "code" in thrown ? thrown.code : undefined;
    const copy = new Error(isSecret ? "(not shown: the object is a Secret)" : shown(message));
    copy.name = /^\$?[A-Z]\w{0,50}(?:Error|Exception)$/.test(name) || known.has(name) ? name : "Error";
    copy.stack = [`${copy.name}: ${copy.message}`, ...framesOf(stack, message)].join("\n");
    if (typeof code === "string" && (/^E[A-Z_]{3,40}$/.test(code) || shown(code) === code))
      Object.assign(copy, { code });
    if (thrown.cause !== undefined && depth < MAX_CAUSES) copy.cause = copyOf(thrown.cause, depth + 1);
    return copy;
  }

  function shown(text: string): string {
    const parts = text.replace(TOKEN, (token) => (known.has(token) ? token : "…")).split("…");
    // Without the quotes and brackets around what is not shown.
    const trimmed = parts.map((part) => /[\w$](?:.*[\w$])?/s.exec(part)?.[0] ?? "");
    return trimmed
      .join(" … ")
      .replace(/(?:… +)+/g, "… ")
      .trim();
  }

  /** The frames after name and message. None when the message is another one now: then the old one could look like frames. */
  function framesOf(stack: string, message: string): readonly string[] {
    const start = /^\w+\n/.test(stack) ? 0 : stack.indexOf(message) + message.length;
    if (start > 0 && !stack.includes(message)) return [];
    const frames = stack
      .slice(start)
      .split("\n")
      .filter((line) => line.startsWith("    at "));
    return isSecret ? frames.map((frame) => frame.replace(/^ {4}at .* \(/, "    at (")) : frames;
  }
}
