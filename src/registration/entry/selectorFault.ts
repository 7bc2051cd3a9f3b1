import { isJsonObject } from "../../protocol/Json.ts";
import { isLabelValue, isQualifiedName } from "../../protocol/kubernetesNames.ts";

/**
 * The reason why the API server would refuse a label selector (`ValidateLabelSelector`, k8s.io/apimachinery). It continues
 * the sentence after the place: "has the unknown key …". Undefined for a valid selector.
 */
export function selectorFault(selector: unknown): string | undefined {
  if (!isJsonObject(selector)) return "is not a label selector";
  for (const key of Object.keys(selector))
    if (key !== "matchLabels" && key !== "matchExpressions")
      return `has the unknown key ${JSON.stringify(key)}; known are matchLabels, matchExpressions`;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (!isJsonObject(matchLabels)) return "has matchLabels that are not an object";
  for (const [key, value] of Object.entries(matchLabels)) {
    if (!isQualifiedName(key)) return `has the key ${JSON.stringify(key)}, which is not a label key`;
    if (!isLabelValue(value)) return `has a value for ${key} that is not a label value`;
  }
  if (!Array.isArray(matchExpressions)) return "has matchExpressions that are not a list";
  for (const expression of matchExpressions) {
    const fault = expressionFault(expression);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function expressionFault(expression: unknown): string | undefined {
  if (!isJsonObject(expression)) return "has a matchExpression that is not an object";
  for (const member of Object.keys(expression))
    if (!["key", "operator", "values"].includes(member))
      return `has a matchExpression with the unknown member ${JSON.stringify(member)}`;
  const { key, operator, values } = expression;
  if (!isQualifiedName(key)) return `has the key ${JSON.stringify(key)}, which is not a label key`;
  switch (operator) {
    case "In":
    case "NotIn":
      if (!Array.isArray(values) || values.length === 0 || !values.every(isLabelValue))
        return `needs label values for the operator ${operator} of ${key}`;
      return undefined;
    case "Exists":
    case "DoesNotExist":
      return values === undefined || (Array.isArray(values) && values.length === 0)
        ? undefined
        : `has values for the operator ${operator} of ${key}, which takes none`;
    default:
      return `has the operator ${JSON.stringify(operator)} for ${key}; known are In, NotIn, Exists, DoesNotExist`;
  }
}
