import type { Policy } from "../../policy/define/policy.ts";
import { EXCLUDED_NAMESPACES } from "../conditions/guardConditions.ts";
import { allTargets, EXEMPT_GROUP, type RegisteredTarget, resourceName } from "../rules/registeredTargets.ts";
import { sorted } from "../rules/sharedSelectors.ts";
import type { Lint } from "./Lint.ts";

/** Built-in cluster-scoped resources. */
const CLUSTER_SCOPED = [
  "nodes",
  "persistentvolumes",
  "clusterroles",
  "clusterrolebindings",
  "ingressclasses",
  "priorityclasses",
  "storageclasses",
];

/** Lints of what a policy matches although the gate is never called for it. */
export function lintTargets(policy: Policy): Lint[] {
  const targets = [...allTargets([policy], "validate"), ...allTargets([policy], "mutate")];
  const place = `policies.${policy.name}`;
  const lints: Lint[] = [];
  const exempt = targets.filter(({ group }) => group === EXEMPT_GROUP);
  if (exempt.length > 0)
    lints.push({
      code: "admissionregistration",
      severity: "warning",
      place,
      message: `is not called for ${namesOf(exempt)}: the API server calls no webhook for ${EXEMPT_GROUP}; use a ValidatingAdmissionPolicy`,
    });
  const byReason = new Map<string, RegisteredTarget[]>();
  for (const target of targets) {
    const reason = neverReason(target);
    if (reason !== undefined) byReason.set(reason, [...(byReason.get(reason) ?? []), target]);
  }
  for (const [reason, never] of byReason)
    lints.push({
      code: "policy-never-called",
      severity: "warning",
      place,
      message: `is never called for ${namesOf(never)}: ${reason}`,
    });
  return lints;
}

/** The reason why the gate is never called for a target; undefined when it is called. */
function neverReason({ policy, group, resource, scope }: RegisteredTarget): string | undefined {
  const { include } = policy.match.namespaces ?? {};
  if (include === undefined) return undefined;
  if (include.every((name) => EXCLUDED_NAMESPACES.includes(name)))
    return `it includes only ${include.join(" and ")}, which registrations exclude`;
  const isNamespaces = resource === "*" || (resource === "namespaces" && (group === "" || group === "*"));
  if (isNamespaces) return undefined;
  if (scope === "Cluster" || (CLUSTER_SCOPED.includes(resource) && group !== "*"))
    return "it includes only some namespaces, and these objects are cluster-scoped";
  return undefined;
}

function namesOf(targets: readonly RegisteredTarget[]): string {
  return sorted(targets.map(resourceName)).join(", ");
}
