import type { Operation } from "../../protocol/review/Review.ts";
import { compareNames } from "../entry/gateEntries.ts";
import { coversResource } from "../rules/Rule.ts";
import { type RegisteredTarget, resourceName } from "../rules/registeredTargets.ts";
import { type SharedSelectors, sorted } from "../rules/sharedSelectors.ts";
import { celAny } from "./celString.ts";
import { EXCLUDED_NAMESPACES, reaches } from "./guardConditions.ts";
import { labelCel } from "./labelCel.ts";
import { namespaceCel } from "./namespaceCel.ts";
import { type ConditionTarget, targetCel } from "./targetCel.ts";

/** The name that `match.namespaces` is compared with. */
const NAMESPACE = "has(request.namespace) ? request.namespace : ''";
/** The same with the name of a Namespace, whose request may have no namespace. */
const NAMESPACE_OR_NAME =
  "has(request.namespace) && request.namespace != '' ? request.namespace : request.resource.group == '' && request.resource.resource == 'namespaces' && has(request.name) ? request.name : ''";

/**
 * The part of the policies' matches that neither rules nor selectors can express, as one CEL expression. It is true for
 * every request that a policy matches, and for few others: it does not see versions. Undefined where rules and selectors
 * express everything. It never fails: with `failurePolicy: Fail` an error would refuse the request.
 */
export function policyCondition(targets: readonly RegisteredTarget[], shared: SharedSelectors): string | undefined {
  const byRestriction = new Map<string, RegisteredTarget[]>();
  for (const target of targets) {
    const restriction = restrictionOf(target, shared);
    byRestriction.set(restriction, [...(byRestriction.get(restriction) ?? []), target]);
  }
  const free = byRestriction.get("") ?? [];
  byRestriction.delete("");
  const restricted = [...byRestriction]
    .map(([restriction, own]) => ({ restriction, own: withoutCovered(own, free) }))
    .filter(({ own }) => own.length > 0)
    .sort((left, right) => compareNames(left.restriction, right.restriction));
  if (restricted.length === 0) return undefined;
  const whole = targetCel(conditionTargets(targets));
  const cases = restricted.map(({ restriction, own }) => {
    const target = targetCel(own);
    // The rules express the target already where it is their only one.
    return target === whole ? restriction : `${target} && ${restriction}`;
  });
  const body = celAny([...(free.length === 0 ? [] : [targetCel(conditionTargets(free))]), ...cases]);
  const usesNamespace = /\bn\b/.test(body.replace(/'(?:\\.|[^'\\])*'/g, ""));
  return usesNamespace
    ? `[${reaches(targets, "", "namespaces") ? NAMESPACE_OR_NAME : NAMESPACE}].exists(n, ${body})`
    : body;
}

/** What the policy of a target demands beyond rules and shared selectors; empty for nothing. */
function restrictionOf({ policy, template }: RegisteredTarget, shared: SharedSelectors): string {
  const { namespaces = {}, labels = {} } = policy.match;
  const { include, exclude = [] } = namespaces;
  const isShared =
    include !== undefined && shared.include !== undefined && sorted(include).join() === shared.include.join();
  const excluded = exclude.filter((name) => !shared.exclude.includes(name) && !EXCLUDED_NAMESPACES.includes(name));
  const namespace = namespaceCel({
    ...(include === undefined || isShared ? {} : { include }),
    exclude: excluded,
  });
  const label = shared.labels === undefined ? labelCel(labels, template) : undefined;
  return [namespace, label].filter((part) => part !== undefined).join(" && ");
}

function conditionTargets(targets: readonly RegisteredTarget[]): ConditionTarget[] {
  return targets.map(({ group, resource, subresource, operations }) => ({
    group,
    resource,
    subresource,
    operations: new Set(operations),
  }));
}

/** The targets without the operations for which an unrestricted target calls the gate in any case. */
function withoutCovered(targets: readonly RegisteredTarget[], free: readonly RegisteredTarget[]): ConditionTarget[] {
  return conditionTargets(targets).flatMap((target) => {
    const left = new Set<Operation>(target.operations);
    for (const other of free)
      if (
        (other.group === "*" || other.group === target.group) &&
        coversResource(resourceName(other), resourceName(target))
      )
        for (const operation of other.operations) left.delete(operation);
    return left.size === 0 ? [] : [{ ...target, operations: left }];
  });
}
