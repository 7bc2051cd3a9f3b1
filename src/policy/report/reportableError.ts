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
/** The objects of a review, as V8 names them. */
const OBJECTS = ["#<Object>", "[object Array]"];
/** Texts of V8 before and after the name of a property. */
const PROPERTY_TEXTS: readonly (readonly [before: string, after: string])[] = [
  ...["undefined", "null"].flatMap((of) => [
    [`Cannot read properties of ${of} (reading '`, "')"] as const,
    [`Cannot set properties of ${of} (setting '`, "')"] as const,
  ]),
  ...OBJECTS.flatMap((of) => [
    ["Cannot assign to read only property '", `' of object '${of}'`] as const,
    ["Cannot delete property '", `' of ${of}`] as const,
    ["Cannot set property ", ` of ${of} which has only a getter`] as const,
  ]),
  ["Cannot add property ", ", object is not extensible"],
  ["Cannot define property ", ", object is not extensible"],
  ["Cannot redefine property: ", ""],
  // These begin with a piece of the source.
  ["", " is not a function"],
  ["", " is not a constructor"],
  ["", " is not iterable"],
  ["", " is not defined"],
];
/** Names of properties, and the paths to them in a source. Keys of Kubernetes have no blanks. */
const PROPERTY = /^[\w$./()[\]<>-]{1,317}$/;
const ENGINE_ERRORS = ["TypeError", "ReferenceError"];

/** Where an error comes from. */
export interface ErrorOrigin {
  /** The source text of the function that threw. */
  readonly source: string;
  /** Whether the object is a Secret. */
  readonly isSecret: boolean;
  /** Whether only the developer reads the log, as in `postern dev` and `postern review`. Default: false. */
  readonly isLocal?: boolean | undefined;
}

/**
 * A copy of an error that can be logged: class, code, the places of its stack, and the message as far as it does not
 * come from the object. The thrown error may hold anything: `JSON.parse` quotes its input, and zod its value.
 *
 * A word of the message stays when the source of the policy has it, or when engines write it; `…` stands for the rest. The
 * texts of engines about a property stay as they are. The property stays when the source has it, and in a local run always.
 * Of an error about a Secret no message stays. The errors in which Postern says how to write a policy stay as they are.
 */
export function reportableError(error: unknown, { source, isSecret, isLocal }: ErrorOrigin): Error {
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
    const copy = new Error(
      isSecret ? "(not shown: the object is a Secret)" : (engineText(name, message) ?? shown(message)),
    );
    copy.name = /^\$?[A-Z]\w{0,50}(?:Error|Exception)$/.test(name) || known.has(name) ? name : "Error";
    copy.stack = [`${copy.name}: ${copy.message}`, ...framesOf(stack, message)].join("\n");
    if (typeof code === "string" && (/^E[A-Z_]{3,40}$/.test(code) || shown(code) === code))
      Object.assign(copy, { code });
    if (thrown.cause !== undefined && depth < MAX_CAUSES) copy.cause = copyOf(thrown.cause, depth + 1);
    return copy;
  }

  /** The text of an engine about a property; undefined for any other text. */
  function engineText(name: string, message: string): string | undefined {
    if (!ENGINE_ERRORS.includes(name)) return undefined;
    const isOf = ([before, after]: readonly [string, string]): boolean =>
      message.length > before.length + after.length && message.startsWith(before) && message.endsWith(after);
    const [before, after] = PROPERTY_TEXTS.find(isOf) ?? [];
    if (before === undefined || after === undefined) return undefined;
    const property = message.slice(before.length, message.length - after.length);
    const isPlain = PROPERTY.test(property);
    // A policy may look up a value of the object as a property.
    const isKnown = (property.match(WORD) ?? []).every((word) => known.has(word));
    if (isPlain && (isLocal === true || isKnown)) return message;
    return before === "" ? undefined : `${before}…${after}`;
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
