import type { Policy } from "../../policy/define/policy.ts";
import { policyTargets } from "../../policy/match/policyTargets.ts";
import { targetVersions } from "../../policy/match/targetVersions.ts";
import type { Operation } from "../../protocol/review/Review.ts";
import type { RuleCell, Scope } from "./Rule.ts";

/** `/validate` calls validators, `/mutate` calls mutators. */
export type Purpose = "validate" | "mutate";

/** One resource that one policy matches. */
export interface RegisteredTarget {
  readonly policy: Policy;
  readonly group: string;
  /** The versions in which the policy judges objects; `*` is the version that the client chose. */
  readonly versions: readonly string[];
  readonly resource: string;
  /** Empty for the resource itself, `*` for it and all of its subresources. */
  readonly subresource: string;
  readonly scope: Scope;
  readonly operations: readonly Operation[];
  /** The path to the Pod template that the policy sees; empty for the object itself. */
  readonly template: readonly string[];
  /** Whether the policy does not match an object without that template. */
  readonly optional?: boolean | undefined;
}

/** The API server calls no webhook for this group (`IsExemptAdmissionConfigurationResource`, k8s.io/apiserver). */
export const EXEMPT_GROUP = "admissionregistration.k8s.io";

/**
 * The targets of policies, without those in {@link EXEMPT_GROUP}. Mutators have no DELETE, because a deletion has no object
 * to change.
 */
export function registeredTargets(policies: readonly Policy[], purpose: Purpose): RegisteredTarget[] {
  return allTargets(policies, purpose).filter(({ group }) => group !== EXEMPT_GROUP);
}

/** {@link registeredTargets} with those in {@link EXEMPT_GROUP}. */
export function allTargets(policies: readonly Policy[], purpose: Purpose): RegisteredTarget[] {
  return policies
    .filter((policy) => policy[purpose] !== undefined)
    .flatMap((policy) => {
      const { scope = "*" } = policy.match;
      return policyTargets(policy.match, purpose).map((target) => ({
        policy,
        group: target.group,
        versions: targetVersions(policy, target),
        resource: target.resource,
        subresource: target.subresource,
        scope,
        operations: target.operations.filter((operation) => purpose === "validate" || operation !== "DELETE"),
        template: target.template,
        optional: target.optional,
      }));
    })
    .filter(({ operations }) => operations.length > 0);
}

/** The name of a resource in rules: `pods` or `pods/exec`. */
export function resourceName({ resource, subresource }: { resource: string; subresource: string }): string {
  return subresource === "" ? resource : `${resource}/${subresource}`;
}

/** The cells of a target, one for each version. */
export function targetCells(target: RegisteredTarget): RuleCell[] {
  const { group, versions, scope } = target;
  const operations = new Set(target.operations);
  return versions.map((version) => ({ group, version, resource: resourceName(target), scope, operations }));
}
