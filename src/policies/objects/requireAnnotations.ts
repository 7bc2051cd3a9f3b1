import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import type { ResourceName } from "../../policy/define/ResourceTypes.ts";
import { validations } from "../../policy/validations/validations.ts";
import { checkPodOptions, checkValidatorOptions, type ValidatorOptions } from "../BuiltinOptions.ts";
import { controllersOnly } from "../labels/controllersOnly.ts";
import { labelledResources } from "../labels/labelledResources.ts";
import { readRequiredKeys } from "../labels/RequiredKeys.ts";
import { requiredKeyValidations } from "../labels/requiredKeyValidations.ts";
import { noParams } from "../noParams.ts";

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
  checkValidatorOptions("require-annotations", options, ["annotations", "resources", "apiGroups"]);
  const {
    name = "require-annotations",
    namespaces = {},
    onExisting = "warn",
    annotations,
    onTemplates,
    help,
  } = options;
  const target = labelledResources(name, options.resources, options.apiGroups);
  checkPodOptions(name, target.resources, { onTemplates });
  const required = readRequiredKeys(name, "options.annotations", "annotation", annotations);
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
    params: noParams,
    validate: validations(
      (on) =>
        requiredKeyValidations(on, required, {
          list: "annotations",
          maxLength: MAX_VALUE_LENGTH,
          message: ({ metadata }, { at, data, request }) =>
            `${at === data.path ? data.map : at.slice(0, -data.keyLength)}: ${request.kind.kind} must have the annotation '${data.key}'${typeof metadata?.annotations?.[data.key] === "string" ? data.rule : ""}`,
        }),
      { onTemplates, help },
    ),
  });
}
