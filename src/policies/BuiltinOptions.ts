import type { NamespaceMatch } from "../policy/define/Match.ts";
import { PolicyDefinitionError } from "../policy/define/PolicyDefinitionError.ts";
import { isJsonObject } from "../protocol/Json.ts";

/** The options that every built-in policy has. */
export interface BuiltinOptions {
  /** The policy's name, for a gate that uses a built-in twice. Default: the name of the built-in, such as `deny-labels`. */
  readonly name?: string;
  /** Default: all namespaces. */
  readonly namespaces?: NamespaceMatch;
}

/**
 * Checks that the options of a built-in are an object with only `known` members and those of {@link BuiltinOptions}. A
 * misspelled option would be ignored without notice. Throws {@link PolicyDefinitionError}.
 */
export function checkOptions(builtin: string, options: unknown, known: readonly string[]): void {
  if (!isJsonObject(options)) throw new PolicyDefinitionError(builtin, "options", "is not an object");
  const all = [...known, "name", "namespaces"];
  for (const key of Object.keys(options))
    if (!all.includes(key))
      throw new PolicyDefinitionError(builtin, `options.${key}`, `is unknown; known are ${all.join(", ")}`);
}
