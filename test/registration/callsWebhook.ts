import type { LabelSelector } from "../../src/policy/define/LabelSelector.ts";
import type { JsonObject } from "../../src/protocol/Json.ts";
import type { Review } from "../../src/protocol/review/Review.ts";
import type { Webhook } from "../../src/registration/RegistrationObject.ts";
import type { Rule } from "../../src/registration/rules/Rule.ts";
import { evaluateCel } from "./evaluateCel.ts";

/*
 * Decides whether the API server would call a webhook, with the steps of ShouldCallHook and the predicates in
 * k8s.io/apiserver. It shares no code with src.
 */

/** Whether the API server would call a webhook for a review. Throws CelError when a condition fails. */
export function callsWebhook(
  webhook: Webhook,
  review: Review,
  namespaceLabels: Readonly<Record<string, string>>,
): boolean {
  return (
    meetsNamespaceSelector(webhook.namespaceSelector, review, namespaceLabels) &&
    meetsObjectSelector(webhook.objectSelector, review) &&
    webhook.rules.some((rule) => meetsRule(rule, review)) &&
    webhook.matchConditions.every(({ expression }) => evaluateCel(expression, bindingsOf(review)) === true)
  );
}

/** `rules.Matcher`. */
export function meetsRule(rule: Rule, { resource, subresource, operation, namespace }: Review): boolean {
  const isNamespaces = resource.group === "" && resource.resource === "namespaces" && resource.version === "v1";
  const scope =
    rule.scope === "*" ||
    (rule.scope === "Namespaced" ? !isNamespaces && namespace !== "" : isNamespaces || namespace === "");
  const exactOrWildcard = (items: readonly string[], requested: string): boolean =>
    items.some((item) => item === "*" || item === requested);
  const called = rule.resources.some((item) => {
    const [main = "", sub = ""] = item.split("/");
    return (main === "*" || main === resource.resource) && (sub === "*" || sub === subresource);
  });
  return (
    scope &&
    rule.operations.includes(operation) &&
    exactOrWildcard(rule.apiGroups, resource.group) &&
    exactOrWildcard(rule.apiVersions, resource.version) &&
    called
  );
}

/** `namespace.Matcher.MatchNamespaceSelector`. */
function meetsNamespaceSelector(
  selector: LabelSelector,
  { namespace, resource, subresource, operation, object }: Review,
  namespaceLabels: Readonly<Record<string, string>>,
): boolean {
  if (namespace === "" && resource.resource !== "namespaces") return true;
  const isItself =
    resource.resource === "namespaces" && subresource === "" && (operation === "CREATE" || operation === "UPDATE");
  return selects(selector, isItself ? (labelsOf(object) ?? {}) : namespaceLabels);
}

/** `object.Matcher.MatchObjectSelector`. */
function meetsObjectSelector(selector: LabelSelector = {}, { object, oldObject }: Review): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) return true;
  return [object, oldObject].some((one) => {
    const labels = labelsOf(one);
    return labels !== undefined && selects(selector, labels);
  });
}

/** `labels.Selector.Matches` of k8s.io/apimachinery. */
function selects(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  const set = new Map(Object.entries(labels));
  return (
    Object.entries(matchLabels).every(([key, value]) => set.get(key) === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const isIn = set.has(key) && values.includes(set.get(key) ?? "");
      return { In: isIn, NotIn: !isIn, Exists: set.has(key), DoesNotExist: !set.has(key) }[operator];
    })
  );
}

/** Undefined for an object without metadata, such as PodExecOptions. */
function labelsOf(object: JsonObject | null): Record<string, string> | undefined {
  if (object?.metadata === undefined) return undefined;
  return { ...Object(Object(object.metadata).labels) };
}

/** The variables of a condition (`plugin/cel`). Empty members of the request are absent. */
export function bindingsOf(review: Review): Record<string, unknown> {
  const { resource, subresource, name, namespace, operation, user, dryRun, object, oldObject } = review;
  return {
    object,
    oldObject,
    request: {
      resource,
      operation,
      dryRun,
      ...(subresource === "" ? {} : { subResource: subresource }),
      ...(name === "" ? {} : { name }),
      ...(namespace === "" ? {} : { namespace }),
      userInfo: user.username === "" ? {} : { username: user.username },
    },
  };
}
