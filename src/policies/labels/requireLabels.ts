import { deny, type Finding } from "../../policy/define/Finding.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import type { ResourceName } from "../../policy/define/ResourceTypes.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { BuiltinOptions } from "../BuiltinOptions.ts";
import { checkOptions } from "../checkOptions.ts";
import { checkLabelKey } from "./checkLabelKey.ts";
import { labelledResources } from "./labelledResources.ts";

/** A label that an object must have, and what its value must look like. */
export interface RequiredLabel {
  readonly key: string;
  /** The whole value must match. Default: every value does, the empty one too. */
  readonly pattern?: RegExp | string;
}

/** What {@link requireLabels} takes. */
export interface RequireLabelsOptions extends BuiltinOptions {
  /** Default: `app.kubernetes.io/name`, which the recommended labels of Kubernetes begin with. */
  readonly labels?: readonly (string | RequiredLabel)[];
  /**
   * Whose labels. Default: `pods`. `["namespaces"]` for the owner of a namespace, say, in a policy of its own name.
   * Workloads are not among the default: what a controller makes for its user (ReplicaSets, the Jobs of a CronJob)
   * seldom has labels of its own to show, and would be refused where no one sees it.
   */
  readonly resources?: readonly ResourceName[];
  /** Needed where `resources` has custom resources. */
  readonly apiGroups?: readonly string[];
  /** Also the Pod templates of workloads, where the author of the workload sees the refusal. Default: with `pods`, true. */
  readonly podTemplates?: boolean;
}

/** Values that Kubernetes stores have at most this many characters; a longer one matches no pattern. */
const VALUE_LENGTH = 63;

/**
 * Refuses objects that lack a label, or have it with a value that does not match. One denial for each label, with the
 * real path of the labels. Adding an ephemeral container is let through, for it cannot add a label.
 * Throws {@link PolicyDefinitionError}.
 */
export function requireLabels(options: RequireLabelsOptions = {}): Policy {
  checkOptions("require-labels", options, ["labels", "resources", "apiGroups", "podTemplates"]);
  const { name = "require-labels", namespaces = {}, labels = ["app.kubernetes.io/name"] } = options;
  const target = labelledResources(name, options.resources, options.apiGroups);
  if (!Array.isArray(labels) || labels.length === 0)
    throw new PolicyDefinitionError(name, "options.labels", "is not a list of at least one label");
  const required = labels.map((label: unknown) => readLabel(name, label));
  return policy({
    name,
    description: `Objects must carry ${required.map(({ key }) => key).join(", ")}`,
    match: {
      ...target,
      podTemplates: options.podTemplates ?? target.resources.includes("pods"),
      ephemeralContainers: false,
      namespaces,
    },
    validate: ({ object, kind, path }): Finding[] => {
      const found: unknown = object.metadata?.labels;
      const present = isJsonObject(found) ? found : {};
      return required.flatMap(({ key, pattern, source }) => {
        const value = Object.hasOwn(present, key) ? present[key] : undefined;
        const at = `at ${path("metadata", "labels")}`;
        if (typeof value !== "string") return [deny(`${kind.kind} must have the label '${key}' ${at}`)];
        if (pattern === undefined || (value.length <= VALUE_LENGTH && pattern.test(value))) return [];
        return [deny(`${kind.kind} must have the label '${key}' with a value that matches ${source} ${at}`)];
      });
    },
  });
}

interface ReadLabel {
  readonly key: string;
  readonly pattern?: RegExp;
  /** The pattern as its author wrote it. */
  readonly source?: string;
}

function readLabel(name: string, label: unknown): ReadLabel {
  const field = "options.labels";
  if (typeof label === "string") return { key: checkLabelKey(name, field, label) };
  if (!isJsonObject(label))
    throw new PolicyDefinitionError(name, field, "has an element that is neither a key nor an object");
  for (const member of Object.keys(label))
    if (member !== "key" && member !== "pattern")
      throw new PolicyDefinitionError(name, field, `has an element with the unknown member ${JSON.stringify(member)}`);
  const key = checkLabelKey(name, field, label.key);
  const { pattern } = label;
  if (pattern === undefined) return { key };
  if (typeof pattern !== "string" && !(pattern instanceof RegExp))
    throw new PolicyDefinitionError(name, field, `has a pattern for '${key}' that is neither a string nor a RegExp`);
  const source = typeof pattern === "string" ? pattern : pattern.source;
  // The flags g and y would make a RegExp remember where it stopped in the last review.
  const flags = typeof pattern === "string" ? "" : pattern.flags.replace(/[gy]/g, "");
  try {
    // On its own first, so that `a)|(b` is refused and not completed by what stands around it.
    new RegExp(source, flags);
    return { key, pattern: new RegExp(`^(?:${source})$`, flags.replace("m", "")), source };
  } catch (error) {
    const why = errorMessage(error);
    throw new PolicyDefinitionError(name, field, `has a pattern for '${key}' that is no regular expression: ${why}`);
  }
}
