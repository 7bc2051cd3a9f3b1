import type { Operation } from "../../protocol/review/Review.ts";
import { compareNames } from "../render/gateEntries.ts";
import { coversResource } from "../render/Rule.ts";
import { type RegisteredTarget, resourceName } from "../render/registeredTargets.ts";
import { type SharedSelectors, sorted } from "../render/sharedSelectors.ts";
import { celAny } from "./celString.ts";
import { EXCLUDED_NAMESPACES, reaches } from "./guardConditions.ts";
import { labelCel } from "./labelCel.ts";
import { namespaceCel } from "./namespaceCel.ts";
import { type ConditionTarget, targetCel } from "./targetCel.ts";

/** The name that a match's namespaces go by. */
const PLACE = "has(request.namespace) ? request.namespace : ''";
/** The same where Namespaces may come, whose reviews may have their name only. */
const PLACE_OR_NAME =
  "has(request.namespace) && request.namespace != '' ? request.namespace : request.resource.group == '' && request.resource.resource == 'namespaces' && has(request.name) ? request.name : ''";

/**
 * What the policies of a webhook want that neither rules nor selectors can say, as one CEL expression: true for every
 * request that one of them matches, and for as few others as can be told without versions. Undefined where rules and
 * selectors say it all. It cannot fail: with `failurePolicy: Fail` an error would refuse the request.
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
    .map(([restriction, wanted]) => ({ restriction, wanted: withoutCovered(wanted, free) }))
    .filter(({ wanted }) => wanted.length > 0)
    .sort((left, right) => compareNames(left.restriction, right.restriction));
  if (restricted.length === 0) return undefined;
  const whole = targetCel(conditionTargets(targets));
  const cases = restricted.map(({ restriction, wanted }) => {
    const target = targetCel(wanted);
    // Rules say it already where it is all that they ask about.
    return target === whole ? restriction : `${target} && ${restriction}`;
  });
  const body = celAny([...(free.length === 0 ? [] : [targetCel(conditionTargets(free))]), ...cases]);
  const goesByPlace = /\bn\b/.test(body.replace(/'(?:\\.|[^'\\])*'/g, ""));
  return goesByPlace ? `[${reaches(targets, "", "namespaces") ? PLACE_OR_NAME : PLACE}].exists(n, ${body})` : body;
}

/** What a target's policy demands beyond rules and shared selectors; empty for nothing. */
function restrictionOf({ policy, template }: RegisteredTarget, shared: SharedSelectors): string {
  const { namespaces = {}, labels = {} } = policy.match;
  const { include, exclude = [] } = namespaces;
  const isShared =
    include !== undefined && shared.include !== undefined && sorted(include).join() === shared.include.join();
  const excluded = exclude.filter((name) => !shared.exclude.includes(name) && !EXCLUDED_NAMESPACES.includes(name));
  const place = namespaceCel({
    ...(include === undefined || isShared ? {} : { include }),
    exclude: excluded,
  });
  const label = shared.labels === undefined ? labelCel(labels, template) : undefined;
  return [place, label].filter((part) => part !== undefined).join(" && ");
}

function conditionTargets(targets: readonly RegisteredTarget[]): ConditionTarget[] {
  return targets.map(({ group, resource, subresource, operations }) => ({
    group,
    resource,
    subresource,
    operations: new Set(operations),
  }));
}

/** The operations of some targets for which no unrestricted one has the gate called anyway. */
function withoutCovered(wanted: readonly RegisteredTarget[], free: readonly RegisteredTarget[]): ConditionTarget[] {
  return conditionTargets(wanted).flatMap((target) => {
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
