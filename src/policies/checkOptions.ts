import { PolicyDefinitionError } from "../policy/define/PolicyDefinitionError.ts";
import { isJsonObject } from "../protocol/Json.ts";

/**
 * Checks that a built-in's options are an object with no members but `known` ones and those of `BuiltinOptions`: a
 * misspelt option would be ignored in silence. Throws {@link PolicyDefinitionError}.
 */
export function checkOptions(builtin: string, options: unknown, known: readonly string[]): void {
  if (!isJsonObject(options)) throw new PolicyDefinitionError(builtin, "options", "is not an object");
  const all = [...known, "name", "namespaces"];
  for (const key of Object.keys(options))
    if (!all.includes(key))
      throw new PolicyDefinitionError(builtin, `options.${key}`, `is unknown; known are ${all.join(", ")}`);
}
