import type { NamespaceMatch } from "../policy/namespaceMatcher.ts";
import { PolicyDefinitionError } from "../policy/PolicyDefinitionError.ts";
import { isJsonObject } from "../protocol/Json.ts";

/** The options of {@link BuiltinOptions}, as the parts of a definition that they become. */
interface CommonParts {
  readonly name: string;
  /** To be spread into `match`; empty where no namespaces are given. */
  readonly scope: { readonly namespaces?: NamespaceMatch };
}

/**
 * Checks that a built-in's options are an object with only `known` members beside `name` and `namespaces`, for a
 * misspelt option would be ignored in silence, and gives back the common parts. Throws {@link PolicyDefinitionError}.
 */
export function checkOptions(builtin: string, options: unknown, known: readonly string[]): CommonParts {
  if (!isJsonObject(options)) throw new PolicyDefinitionError(builtin, "options", "is not an object");
  const all = ["name", "namespaces", ...known];
  for (const key of Object.keys(options))
    if (!all.includes(key)) throw new PolicyDefinitionError(builtin, `options.${key}`, `is unknown; known are ${all.join(", ")}`);
  const { name = builtin, namespaces } = options;
  if (typeof name !== "string") throw new PolicyDefinitionError(builtin, "options.name", "is not a string");
  if (namespaces === undefined) return { name, scope: {} };
  if (!isJsonObject(namespaces)) throw new PolicyDefinitionError(builtin, "options.namespaces", "is not an object");
  return { name, scope: { namespaces: readNamespaces(builtin, namespaces) } };
}

function readNamespaces(builtin: string, namespaces: Readonly<Record<string, unknown>>): NamespaceMatch {
  const match: { -readonly [K in keyof NamespaceMatch]: NamespaceMatch[K] } = {};
  for (const [key, list] of Object.entries(namespaces)) {
    const field = `options.namespaces.${key}`;
    if (key !== "include" && key !== "exclude") throw new PolicyDefinitionError(builtin, field, "is unknown; known are include, exclude");
    if (!isStringList(list)) throw new PolicyDefinitionError(builtin, field, "is not a list of names");
    match[key] = list;
  }
  return match;
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}
