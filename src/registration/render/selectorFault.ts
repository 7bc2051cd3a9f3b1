import { isJsonObject } from "../../protocol/Json.ts";
import { isLabelValue, isQualifiedName } from "../../protocol/kubernetesNames.ts";

/**
 * Why the API server would refuse a label selector (`ValidateLabelSelector`, k8s.io/apimachinery), going on after its
 * place: "has the unknown key …". Undefined for one that it takes.
 */
export function selectorFault(selector: unknown): string | undefined {
  if (!isJsonObject(selector)) return "is no label selector";
  for (const key of Object.keys(selector))
    if (key !== "matchLabels" && key !== "matchExpressions")
      return `has the unknown key ${JSON.stringify(key)}; known are matchLabels, matchExpressions`;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (!isJsonObject(matchLabels)) return "has matchLabels that are no object";
  for (const [key, value] of Object.entries(matchLabels)) {
    if (!isQualifiedName(key)) return `has the key ${JSON.stringify(key)}, which no label can have`;
    if (!isLabelValue(value)) return `has for ${key} what is no label's value`;
  }
  if (!Array.isArray(matchExpressions)) return "has matchExpressions that are no list";
  for (const expression of matchExpressions) {
    const fault = expressionFault(expression);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function expressionFault(expression: unknown): string | undefined {
  if (!isJsonObject(expression)) return "has a matchExpression that is no object";
  for (const member of Object.keys(expression))
    if (!["key", "operator", "values"].includes(member))
      return `has a matchExpression with the unknown member ${JSON.stringify(member)}`;
  const { key, operator, values } = expression;
  if (!isQualifiedName(key)) return `has the key ${JSON.stringify(key)}, which no label can have`;
  switch (operator) {
    case "In":
    case "NotIn":
      if (!Array.isArray(values) || values.length === 0 || !values.every(isLabelValue))
        return `needs label values for ${key} ${operator}`;
      return undefined;
    case "Exists":
    case "DoesNotExist":
      return values === undefined || (Array.isArray(values) && values.length === 0)
        ? undefined
        : `has values for ${key} ${operator}`;
    default:
      return `has the operator ${JSON.stringify(operator)} for ${key}; known are In, NotIn, Exists, DoesNotExist`;
  }
}
