import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import type { ResourceName } from "../../policy/define/ResourceTypes.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import type { BuiltinOptions } from "../BuiltinOptions.ts";
import { checkOptions } from "../checkOptions.ts";
import { checkLabelKey } from "./checkLabelKey.ts";
import { labelledResources } from "./labelledResources.ts";

/** What {@link addLabels} takes. */
export interface AddLabelsOptions extends BuiltinOptions {
  readonly labels: Readonly<Record<string, string>>;
  /** Whether a label that is there with another value is changed. Default: false. Never for a label that a selector goes by. */
  readonly overwrite?: boolean;
  /** Whose labels. Default: `pods`. */
  readonly resources?: readonly ResourceName[];
  /** Needed where `resources` has custom resources. */
  readonly apiGroups?: readonly string[];
  /**
   * Also the Pod templates of workloads. Default: false, for it changes the template of each existing Deployment,
   * StatefulSet and DaemonSet at its next update, however small, and so **rolls all of its Pods**. Without it the Pods
   * that a template makes get the labels all the same, each when it is created.
   */
  readonly podTemplates?: boolean;
}

/** `IsValidLabelValue` of k8s.io/apimachinery. */
const VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

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
    mutate: (draft, { path, resource, operation }) => {
      if (path("metadata") !== "metadata" && !mayChangeTemplate(resource, operation)) return;
      const present = draft.metadata?.labels ?? {};
      const added = labels.filter(([key]) => overwrite || !Object.hasOwn(present, key));
      if (added.length === 0) return;
      draft.metadata ??= {};
      draft.metadata.labels ??= {};
      for (const [key, value] of added) draft.metadata.labels[key] = value;
    },
  });
}

/**
 * A Deployment finds its ReplicaSet by comparing templates, and would make new ones without end if theirs were changed
 * behind its back. The template of a Job is immutable once it is there (`ValidateJobUpdate`).
 */
function mayChangeTemplate({ group, resource }: { group: string; resource: string }, operation: string): boolean {
  if (group === "apps" && resource === "replicasets") return false;
  return !(group === "batch" && resource === "jobs" && operation === "UPDATE");
}

function readLabels(name: string, labels: unknown): [key: string, value: string][] {
  if (!isJsonObject(labels) || Object.keys(labels).length === 0)
    throw new PolicyDefinitionError(name, "options.labels", "is not an object with at least one label");
  return Object.entries(labels).map(([key, value]) => {
    checkLabelKey(name, "options.labels", key);
    if (typeof value !== "string" || !VALUE.test(value))
      throw new PolicyDefinitionError(
        name,
        "options.labels",
        `has for '${key}' what is no label value: at most 63 letters, digits, '-', '_' and '.'`,
      );
    return [key, value];
  });
}
