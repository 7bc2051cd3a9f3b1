import type { Policy } from "../../policy/define/policy.ts";
import { policyTargets } from "../../policy/match/policyTargets.ts";
import type { Operation } from "../../protocol/review/Review.ts";
import type { RuleCell, Scope } from "./Rule.ts";

/** Which half of a gate: validators are called by `/validate`, mutators by `/mutate`. */
export type Purpose = "validate" | "mutate";

/** One thing that one policy is to be called for. */
export interface RegisteredTarget {
  readonly policy: Policy;
  readonly group: string;
  readonly versions: readonly string[];
  readonly resource: string;
  /** Empty for the resource itself, `*` for it and all of its subresources. */
  readonly subresource: string;
  readonly scope: Scope;
  readonly operations: readonly Operation[];
  /** Empty for the object itself, else the way to the Pod template that the policy is shown. */
  readonly template: readonly string[];
}

/** What the API server never asks a webhook about (`IsExemptAdmissionConfigurationResource`, k8s.io/apiserver). */
export const EXEMPT_GROUP = "admissionregistration.k8s.io";

/**
 * What policies are to be called for. A mutator is not called on DELETE, which leaves it nothing to change. Targets in
 * {@link EXEMPT_GROUP} are left out: the API server calls nobody for them.
 */
export function registeredTargets(policies: readonly Policy[], purpose: Purpose): RegisteredTarget[] {
  return allTargets(policies, purpose).filter(({ group }) => group !== EXEMPT_GROUP);
}

/** The same with those that the API server never calls anybody for. */
export function allTargets(policies: readonly Policy[], purpose: Purpose): RegisteredTarget[] {
  return policies
    .filter((policy) => policy[purpose] !== undefined)
    .flatMap((policy) => {
      const { apiVersions = ["*"], scope = "*" } = policy.match;
      const versions = apiVersions.includes("*") ? ["*"] : apiVersions;
      return policyTargets(policy.match, purpose).map((target) => ({
        policy,
        group: target.group,
        versions,
        resource: target.resource,
        subresource: target.subresource,
        scope,
        operations: target.operations.filter((operation) => purpose === "validate" || operation !== "DELETE"),
        template: target.template,
      }));
    })
    .filter(({ operations }) => operations.length > 0);
}

/** `pods` or `pods/exec`, as rules name it. */
export function resourceName({ resource, subresource }: { resource: string; subresource: string }): string {
  return subresource === "" ? resource : `${resource}/${subresource}`;
}

/** A target as cells of rules, one for each version. */
export function targetCells(target: RegisteredTarget): RuleCell[] {
  const { group, versions, scope } = target;
  const operations = new Set(target.operations);
  return versions.map((version) => ({ group, version, resource: resourceName(target), scope, operations }));
}
