import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";

/** `metav1.LabelSelector`. All parts must hold; an empty selector holds for everything that can carry labels. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelExpression[];
}

/** `metav1.LabelSelectorRequirement`. */
export interface LabelExpression {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

/** Whether a set of labels meets a selector. */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, unknown>>): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    if (labelValue(labels, key) !== value) return false;
  return (selector.matchExpressions ?? []).every((expression) => meets(expression, labelValue(labels, expression.key)));
}

function meets({ operator, values = [] }: LabelExpression, value: unknown): boolean {
  switch (operator) {
    case "In":
      return typeof value === "string" && values.includes(value);
    case "NotIn":
      return typeof value !== "string" || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

function labelValue(labels: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/**
 * Whether an object has labels that are none: a list, or with values that are not strings. The API server sends no such
 * object; a selector that cannot be judged is taken to hold, so that the policy is run and not skipped.
 */
export function hasUnreadableLabels(object: JsonObject | null): boolean {
  const metadata = object?.metadata ?? {};
  if (!isJsonObject(metadata)) return true;
  const labels = metadata.labels ?? NO_LABELS;
  return !isJsonObject(labels) || Object.values(labels).some((value) => typeof value !== "string");
}

const NO_LABELS: Readonly<Record<string, unknown>> = Object.freeze({});

/** An object's labels; undefined for one that cannot have any, such as PodExecOptions: no selector holds for it. */
export function labelsOf(object: JsonObject | null): Readonly<Record<string, unknown>> | undefined {
  const metadata = object?.metadata;
  if (!isJsonObject(metadata)) return undefined;
  const labels = metadata.labels;
  return isJsonObject(labels) ? labels : NO_LABELS;
}
