import type { Match, NamespaceMatch } from "../policy/define/Match.ts";
import { PolicyDefinitionError } from "../policy/define/PolicyDefinitionError.ts";
import type { ExistingFallback } from "../policy/define/policy.ts";
import { checkFindingSettings, type FindingSettings } from "../policy/validations/FindingSettings.ts";
import { isJsonObject } from "../protocol/Json.ts";

/** The options that every built-in policy has. */
export interface BuiltinOptions {
  /** The policy's name, for a gate that uses a built-in twice. Default: the name of the built-in, such as `deny-labels`. */
  readonly name?: string;
  /** Default: all namespaces. */
  readonly namespaces?: NamespaceMatch;
}

/** The options that every built-in validator has. */
export interface ValidatorOptions extends BuiltinOptions, FindingSettings {
  /** For faults that the object had before an UPDATE. Default: `warn`. */
  readonly onExisting?: ExistingFallback;
  /** Whether Pod templates are checked, and of which other kinds, such as `[{ group: "argoproj.io", resource: "rollouts" }]`. Default: true. */
  readonly podTemplates?: Match["podTemplates"];
}

const VALIDATOR_OPTIONS = ["onExisting", "podTemplates", "onTemplates", "help"];

/** {@link checkOptions} for a validator, which has the options of {@link ValidatorOptions} as well. */
export function checkValidatorOptions(builtin: string, options: unknown, known: readonly string[]): void {
  checkOptions(builtin, options, [...known, ...VALIDATOR_OPTIONS]);
  checkFindingSettings(options, (key, fault) => {
    throw new PolicyDefinitionError(builtin, `options.${key}`, fault);
  });
  checkTemplateOptions(builtin, Object(options));
}

/** Checks that no option for Pods is given to a policy that has no `pods` in its resources. Throws {@link PolicyDefinitionError}. */
export function checkPodOptions(name: string, resources: readonly string[], options: object): void {
  checkTemplateOptions(name, options);
  if (resources.includes("pods")) return;
  for (const [key, value] of Object.entries(options))
    if (value !== undefined)
      throw new PolicyDefinitionError(
        name,
        `options.${key}`,
        "is for policies on Pods and their templates, which this one is not",
      );
}

/** A setting for templates that are not judged. */
function checkTemplateOptions(
  name: string,
  { onTemplates, podTemplates }: { onTemplates?: unknown; podTemplates?: unknown },
): void {
  if (onTemplates !== undefined && podTemplates === false)
    throw new PolicyDefinitionError(name, "options.onTemplates", "has no effect with podTemplates: false");
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
