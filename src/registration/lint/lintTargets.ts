import type { Policy } from "../../policy/define/policy.ts";
import { EXCLUDED_NAMESPACES } from "../conditions/guardConditions.ts";
import { allTargets, EXEMPT_GROUP, type RegisteredTarget, resourceName } from "../render/registeredTargets.ts";
import { sorted } from "../render/sharedSelectors.ts";
import type { Lint } from "./Lint.ts";

/** Built-in resources of which there is nothing in a namespace. */
const CLUSTER_SCOPED = [
  "nodes",
  "persistentvolumes",
  "clusterroles",
  "clusterrolebindings",
  "ingressclasses",
  "priorityclasses",
  "storageclasses",
];

/** What a policy matches and can never be called for. */
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
      message: `is not called for ${namesOf(exempt)}: the API server asks no webhook about ${EXEMPT_GROUP}; use a ValidatingAdmissionPolicy`,
    });
  const why = new Map<string, RegisteredTarget[]>();
  for (const target of targets) {
    const reason = whyNever(target);
    if (reason !== undefined) why.set(reason, [...(why.get(reason) ?? []), target]);
  }
  for (const [reason, never] of why)
    lints.push({
      code: "policy-never-called",
      severity: "warning",
      place,
      message: `is never called for ${namesOf(never)}: ${reason}`,
    });
  return lints;
}

function whyNever({ policy, group, resource, scope }: RegisteredTarget): string | undefined {
  const { include } = policy.match.namespaces ?? {};
  if (include === undefined) return undefined;
  if (include.every((name) => EXCLUDED_NAMESPACES.includes(name)))
    return `it is for ${include.join(" and ")} only, where no registration reaches`;
  const isNamespaces = resource === "*" || (resource === "namespaces" && (group === "" || group === "*"));
  if (isNamespaces) return undefined;
  if (scope === "Cluster" || (CLUSTER_SCOPED.includes(resource) && group !== "*"))
    return "it is for some namespaces only, and these objects are in none";
  return undefined;
}

function namesOf(targets: readonly RegisteredTarget[]): string {
  return sorted(targets.map(resourceName)).join(", ");
}
