import { deny, type Finding } from "../../policy/define/Finding.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import { applySettings } from "../../policy/validations/FindingSettings.ts";
import { checkValidatorOptions, type ValidatorOptions } from "../BuiltinOptions.ts";
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
  const { name = "deny-labels", namespaces = {}, onExisting = "warn", podTemplates = true } = options;
  const { labels = ["bad-label"] } = options;
  if (!Array.isArray(labels) || labels.length === 0)
    throw new PolicyDefinitionError(name, "options.labels", "is not a list of at least one label");
  const keys = [...new Set(labels.map((label: unknown) => checkLabelKey(name, "options.labels", label)))];
  return policy({
    name,
    description: `Pods must not have the labels ${keys.join(", ")}`,
    match: { resources: ["pods"], podTemplates, namespaces, unasked: controllersOnly },
    onExisting,
    reportsEachFault: true,
    validate: (ctx): Finding[] => {
      const { object, path } = ctx;
      const labels = object.metadata?.labels ?? {};
      const forbidden = keys.filter((key) => Object.hasOwn(labels, key));
      if (forbidden.length === 0) return [];
      const at = path("metadata", "labels");
      const where = at === "metadata.labels" ? "" : ` at ${at}`;
      const findings = forbidden.map((key) =>
        deny(`Pod contains forbidden label '${key}'${where}`, { at: path("metadata", "labels", key) }),
      );
      return applySettings(findings, ctx, options);
    },
  });
}
