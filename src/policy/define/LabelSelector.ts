import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";

/** `metav1.LabelSelector`. All requirements must match. An empty selector matches every object that can have labels. */
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

/** Whether a selector matches a set of labels. */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, unknown>>): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    if (labelValue(labels, key) !== value) return false;
  return (selector.matchExpressions ?? []).every((expression) =>
    matchesExpression(expression, labelValue(labels, expression.key)),
  );
}

function matchesExpression({ operator, values = [] }: LabelExpression, value: unknown): boolean {
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
 * Whether an object has invalid labels: an array, or values that are not strings. The API server sends no such object.
 * A selector counts as matching then, so that the policy runs instead of being skipped.
 */
export function hasInvalidLabels(object: JsonObject | null): boolean {
  const metadata = object?.metadata;
  if (metadata === undefined || metadata === null) return false;
  if (!isJsonObject(metadata)) return true;
  const { labels } = metadata;
  if (labels === undefined || labels === null) return false;
  if (!isJsonObject(labels)) return true;
  for (const key in labels) if (typeof labels[key] !== "string") return true;
  return false;
}

const NO_LABELS: Readonly<Record<string, unknown>> = Object.freeze({});

/** Returns an object's labels. Undefined for an object without metadata, such as PodExecOptions: no selector matches it. */
export function labelsOf(object: JsonObject | null): Readonly<Record<string, unknown>> | undefined {
  const metadata = object?.metadata;
  if (!isJsonObject(metadata)) return undefined;
  const labels = metadata.labels;
  return isJsonObject(labels) ? labels : NO_LABELS;
}
