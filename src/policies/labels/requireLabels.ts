import type { Match } from "../../policy/define/Match.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import type { ResourceName } from "../../policy/define/ResourceTypes.ts";
import { validations } from "../../policy/validations/validations.ts";
import { checkPodOptions, checkValidatorOptions, type ValidatorOptions } from "../BuiltinOptions.ts";
import { noParams } from "../noParams.ts";
import { controllersOnly } from "./controllersOnly.ts";
import { labelledResources } from "./labelledResources.ts";
import { readRequiredKeys } from "./RequiredKeys.ts";
import { requiredKeyValidations } from "./requiredKeyValidations.ts";

/** A label that an object must have. */
export interface RequiredLabel {
  readonly key: string;
  /**
   * Must match the whole value. Default: all values match, also the empty one. Matched in linear time, so without
   * lookaround and backreferences: see `linearPattern`.
   */
  readonly pattern?: RegExp | string;
}

/** Options of {@link requireLabels}. */
export interface RequireLabelsOptions extends ValidatorOptions {
  /** Keys, or `{ key, pattern? }`. Default: `app.kubernetes.io/name`, the first of Kubernetes' recommended labels. */
  readonly labels?: readonly (string | RequiredLabel)[];
  /**
   * The resources that must have the labels. Default: `pods`. Use for example `["namespaces"]` with its own `name` for
   * the owner of a namespace. Workloads are not in the default: ReplicaSets and the Jobs of a CronJob often have no
   * labels of their own, and no user sees the denial of an object that a controller creates.
   */
  readonly resources?: readonly ResourceName[];
  /** Required for custom resources in `resources`. */
  readonly apiGroups?: readonly string[];
  /**
   * Whether Pod templates are checked too, and of which other kinds, so that the author of a workload sees the denial.
   * Default: true with `pods` in `resources`.
   */
  readonly podTemplates?: Match["podTemplates"];
}

/** The longest label value that Kubernetes stores. A longer value matches no pattern. */
const MAX_VALUE_LENGTH = 63;

/**
 * Denies objects without a required label, or with a value that does not match. Returns one denial for each label, with
 * the path of the labels. Does not check an update that adds an ephemeral container, because it cannot add a label.
 * Throws {@link PolicyDefinitionError}.
 */
export function requireLabels(options: RequireLabelsOptions = {}): Policy {
  checkValidatorOptions("require-labels", options, ["labels", "resources", "apiGroups"]);
  const {
    name = "require-labels",
    namespaces = {},
    onExisting = "warn",
    labels = ["app.kubernetes.io/name"],
    onTemplates,
    help,
  } = options;
  const target = labelledResources(name, options.resources, options.apiGroups);
  checkPodOptions(name, target.resources, { onTemplates });
  const required = readRequiredKeys(name, "options.labels", "label", labels);
  return policy({
    name,
    description: `Objects must have the labels ${required.map(({ key }) => key).join(", ")}`,
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
          list: "labels",
          maxLength: MAX_VALUE_LENGTH,
          message: ({ metadata }, { at, data, request }) =>
            `${request.kind.kind} must have the label '${data.key}'${typeof metadata?.labels?.[data.key] === "string" ? data.rule : ""} at ${at === data.path ? data.map : at.slice(0, -data.keyLength)}`,
        }),
      { onTemplates, help },
    ),
  });
}
