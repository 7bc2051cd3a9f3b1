import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type LinearPattern, linearPattern, PatternError } from "../../policy/pattern/linearPattern.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { checkLabelKey } from "./checkLabelKey.ts";

/** A key of labels or annotations that an object must have. */
export interface RequiredKey {
  readonly key: string;
  /** Must match the whole value. Without it every value matches. */
  readonly pattern?: LinearPattern;
}

/**
 * The required keys of an option: a list of at least one key or `{ key, pattern? }`. `noun` is one of them, for messages.
 * Throws {@link PolicyDefinitionError} for the policy `name` and the option `field`.
 */
export function readRequiredKeys(name: string, field: string, noun: string, option: unknown): readonly RequiredKey[] {
  if (!Array.isArray(option) || option.length === 0)
    throw new PolicyDefinitionError(name, field, `is not a list of at least one ${noun}`);
  return option.map((element: unknown) => readRequiredKey(name, field, element));
}

function readRequiredKey(name: string, field: string, element: unknown): RequiredKey {
  const fail = (fault: string): never => {
    throw new PolicyDefinitionError(name, field, fault);
  };
  if (typeof element === "string") return { key: checkLabelKey(name, field, element) };
  if (!isJsonObject(element)) return fail("has an element that is neither a key nor an object");
  for (const member of Object.keys(element))
    if (member !== "key" && member !== "pattern")
      fail(`has an element with the unknown member ${JSON.stringify(member)}`);
  const key = checkLabelKey(name, field, element.key);
  const { pattern } = element;
  if (pattern === undefined) return { key };
  if (typeof pattern !== "string" && !(pattern instanceof RegExp))
    return fail(`has a pattern for '${key}' that is neither a string nor a RegExp`);
  try {
    return { key, pattern: linearPattern(pattern) };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return fail(`has a pattern for '${key}' that ${error.message}`);
  }
}
