import type { Policy } from "../../../policy/define/policy.ts";
import { policyTargets } from "../../../policy/match/policyTargets.ts";
import { isBuiltInGroup, isClusterScopedResource } from "../../manifests/resourceOfKind.ts";

/** Whether a policy can be asked about objects in a namespace, and about those in none. In doubt both. */
export function scopesOf({ match }: Policy): { readonly isNamespaced: boolean; readonly isClusterScoped: boolean } {
  const { scope = "*" } = match;
  const targets = [...policyTargets(match, "validate"), ...policyTargets(match, "mutate")];
  const isUnknown = ({ group, resource }: { group: string; resource: string }): boolean =>
    group === "*" || resource === "*" || !isBuiltInGroup(group);
  return {
    // A Namespace counts as in itself.
    isNamespaced:
      (scope !== "Cluster" && targets.some((it) => isUnknown(it) || !isClusterScopedResource(it.group, it.resource))) ||
      targets.some(({ resource }) => resource === "namespaces" || resource === "*"),
    isClusterScoped:
      scope !== "Namespaced" &&
      targets.some(
        (it) => isUnknown(it) || (isClusterScopedResource(it.group, it.resource) && it.resource !== "namespaces"),
      ),
  };
}
