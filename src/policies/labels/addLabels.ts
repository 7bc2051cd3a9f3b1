import type { Match } from "../../policy/define/Match.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import type { ResourceName } from "../../policy/define/ResourceTypes.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { isLabelValue } from "../../protocol/kubernetesNames.ts";
import { type BuiltinOptions, checkOptions } from "../BuiltinOptions.ts";
import { noParams } from "../noParams.ts";
import { checkLabelKey } from "./checkLabelKey.ts";
import { labelledResources } from "./labelledResources.ts";

/** Options of {@link addLabels}. */
export interface AddLabelsOptions extends BuiltinOptions {
  /** The labels to add. At least one. */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Whether to replace another value of a label. Labels that selectors use keep their value: those in the selector of a
   * workload, and all labels that an object with a controller owner has. Default: false.
   */
  readonly overwrite?: boolean;
  /** The resources that get the labels. Default: `pods`. */
  readonly resources?: readonly ResourceName[];
  /** Required for custom resources in `resources`. */
  readonly apiGroups?: readonly string[];
  /**
   * Whether Pod templates of workloads also get the labels, and of which other kinds. Default: false. With true, the next update of each
   * Deployment, StatefulSet and DaemonSet changes its template and so **replaces all of its Pods**. With false, the Pods
   * of a template still get the labels, each when it is created.
   */
  readonly podTemplates?: Match["podTemplates"];
}

/** Adds labels to objects on CREATE and UPDATE. Idempotent. Throws {@link PolicyDefinitionError}. */
export function addLabels(options: AddLabelsOptions): Policy {
  checkOptions("add-labels", options, ["labels", "overwrite", "resources", "apiGroups", "podTemplates"]);
  const { name = "add-labels", namespaces = {}, overwrite = false, podTemplates = false } = options;
  if (typeof overwrite !== "boolean")
    throw new PolicyDefinitionError(name, "options.overwrite", "is not true or false");
  const labels = readLabels(name, options.labels);
  return policy({
    name,
    description: `Objects get the labels ${labels.map(([key, value]) => `${key}=${value}`).join(", ")}`,
    match: { ...labelledResources(name, options.resources, options.apiGroups), podTemplates, namespaces },
    params: noParams,
    mutate: (draft) => {
      const present = draft.metadata?.labels ?? {};
      const added = labels.filter(([key]) => overwrite || !Object.hasOwn(present, key));
      if (added.length === 0) return;
      draft.metadata ??= {};
      draft.metadata.labels ??= {};
      for (const [key, value] of added) draft.metadata.labels[key] = value;
    },
  });
}

function readLabels(name: string, labels: unknown): [key: string, value: string][] {
  if (!isJsonObject(labels) || Object.keys(labels).length === 0)
    throw new PolicyDefinitionError(name, "options.labels", "is not an object with at least one label");
  return Object.entries(labels).map(([key, value]) => {
    checkLabelKey(name, "options.labels", key);
    if (!isLabelValue(value))
      throw new PolicyDefinitionError(
        name,
        "options.labels",
        `has an invalid value for '${key}': a label value has at most 63 letters, digits, '-', '_' and '.'`,
      );
    return [key, value];
  });
}
