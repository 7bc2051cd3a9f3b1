import { deny, type Finding } from "../../policy/define/Finding.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import type { ResourceName } from "../../policy/define/ResourceTypes.ts";
import { type LinearPattern, linearPattern, PatternError } from "../../policy/pattern/linearPattern.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { checkOptions, type ValidatorOptions } from "../BuiltinOptions.ts";
import { checkLabelKey } from "../labels/checkLabelKey.ts";
import { controllersOnly } from "../labels/controllersOnly.ts";
import { labelledResources } from "../labels/labelledResources.ts";

/** An annotation that an object must have. */
export interface RequiredAnnotation {
  readonly key: string;
  /** Must match the whole value, of at most 4,096 characters. Without it every value matches. In linear time: see `linearPattern`. */
  readonly pattern?: RegExp | string;
}

/** Options of {@link requireAnnotations}. */
export interface RequireAnnotationsOptions extends ValidatorOptions {
  /** Keys, or `{ key, pattern? }`. The pattern must match the whole value, in linear time: see `linearPattern`. */
  readonly annotations: readonly (string | RequiredAnnotation)[];
  /** The resources that must have the annotations. Default: `pods`, and with them Pod templates. */
  readonly resources?: readonly ResourceName[];
  /** Required for custom resources in `resources`. */
  readonly apiGroups?: readonly string[];
}

/** A longer value matches no pattern. The time to match one grows with its length, and an annotation can have 256 KiB. */
const MAX_VALUE_LENGTH = 4096;

/**
 * Denies objects without a required annotation, or with a value that does not match: who owns the object, whom to call. Returns
 * one denial for each annotation. Does not check an update that adds an ephemeral container, because it cannot add an
 * annotation. Throws {@link PolicyDefinitionError}.
 */
export function requireAnnotations(options: RequireAnnotationsOptions): Policy {
  // Not validations: a pattern of `linearPattern` has no form in CEL.
  checkOptions("require-annotations", options, ["annotations", "resources", "apiGroups", "podTemplates", "onExisting"]);
  const { name = "require-annotations", namespaces = {}, onExisting = "warn", annotations } = options;
  const target = labelledResources(name, options.resources, options.apiGroups);
  if (!Array.isArray(annotations) || annotations.length === 0)
    throw new PolicyDefinitionError(name, "options.annotations", "is not a list of at least one annotation");
  const required = annotations.map((annotation: unknown) => readAnnotation(name, annotation));
  return policy({
    name,
    description: `Objects must have the annotations ${required.map(({ key }) => key).join(", ")}`,
    match: {
      ...target,
      podTemplates: options.podTemplates ?? target.resources.includes("pods"),
      ephemeralContainers: false,
      resize: false,
      namespaces,
      unasked: controllersOnly,
    },
    onExisting,
    reportsEachFault: true,
    validate: ({ object, kind, path }): Finding[] => {
      const found: unknown = object.metadata?.annotations;
      const present = isJsonObject(found) ? found : {};
      return required.flatMap(({ key, pattern }) => {
        const value = Object.hasOwn(present, key) ? present[key] : undefined;
        const isString = typeof value === "string";
        if (isString && (pattern === undefined || (value.length <= MAX_VALUE_LENGTH && pattern.test(value)))) return [];
        const rule = isString && pattern !== undefined ? ` with a value that matches ${pattern.source}` : "";
        const message = `${path("metadata", "annotations")}: ${kind.kind} must have the annotation '${key}'${rule}`;
        return [deny(message, { at: path("metadata", "annotations", key) })];
      });
    },
  });
}

interface ReadAnnotation {
  readonly key: string;
  readonly pattern?: LinearPattern;
}

function readAnnotation(name: string, annotation: unknown): ReadAnnotation {
  const fail = (fault: string): never => {
    throw new PolicyDefinitionError(name, "options.annotations", fault);
  };
  if (typeof annotation === "string") return { key: checkLabelKey(name, "options.annotations", annotation) };
  if (!isJsonObject(annotation)) return fail("has an element that is neither a key nor an object");
  for (const member of Object.keys(annotation))
    if (member !== "key" && member !== "pattern")
      fail(`has an element with the unknown member ${JSON.stringify(member)}`);
  const key = checkLabelKey(name, "options.annotations", annotation.key);
  const { pattern } = annotation;
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
