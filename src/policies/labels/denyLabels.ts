import { formatPath } from "../../policy/define/formatPath.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import { validations } from "../../policy/validations/validations.ts";
import { checkValidatorOptions, type ValidatorOptions } from "../BuiltinOptions.ts";
import { noParams } from "../noParams.ts";
import { checkLabelKey } from "./checkLabelKey.ts";
import { controllersOnly } from "./controllersOnly.ts";

/** Options of {@link denyLabels}. */
export interface DenyLabelsOptions extends ValidatorOptions {
  /** The keys of forbidden labels. Default: `bad-label`. */
  readonly labels?: readonly string[];
}

/**
 * Denies Pods and Pod templates with a forbidden label, with any value. Returns one denial for each forbidden label. For a
 * template the message ends with the path of the labels. Throws {@link PolicyDefinitionError}.
 */
export function denyLabels(options: DenyLabelsOptions = {}): Policy {
  checkValidatorOptions("deny-labels", options, ["labels"]);
  const {
    name = "deny-labels",
    namespaces = {},
    onExisting = "warn",
    podTemplates = true,
    onTemplates,
    help,
  } = options;
  const { labels = ["bad-label"] } = options;
  if (!Array.isArray(labels) || labels.length === 0)
    throw new PolicyDefinitionError(name, "options.labels", "is not a list of at least one label");
  const keys = [...new Set(labels.map((label: unknown) => checkLabelKey(name, "options.labels", label)))];
  return policy({
    name,
    description: `Pods must not have the labels ${keys.join(", ")}`,
    match: { resources: ["pods"], podTemplates, namespaces, unasked: controllersOnly },
    onExisting,
    params: noParams,
    validate: validations(
      (on) =>
        keys.map((key) => {
          const at = ["metadata", "labels", key];
          const path = formatPath(at);
          return on("", {
            data: { key, path, keyLength: path.length - "metadata.labels".length },
            fault: ({ metadata }, { data }) => Object.hasOwn(metadata?.labels ?? {}, data.key),
            at,
            message: (_, { at, data }) =>
              `Pod contains forbidden label '${data.key}'${at === data.path ? "" : ` at ${at.slice(0, -data.keyLength)}`}`,
          });
        }),
      { onTemplates, help },
    ),
  });
}
