import type { Policy } from "../../policy/define/policy.ts";
import { policyTargets } from "../../policy/match/policyTargets.ts";
import type { GroupVersionResource } from "../../protocol/review/Review.ts";

/**
 * The path of the Pod that a policy sees in objects of a resource: empty for a Pod, the path of the template for a kind
 * whose templates the policy judges. Undefined for a policy without `podTemplates`, for a kind that it does not name, and
 * where it sees more than that one Pod: the whole object, or several templates.
 */
export function seenTemplate({ match }: Policy, resource: GroupVersionResource): readonly string[] | undefined {
  if ((match.podTemplates ?? false) === false) return undefined;
  if (resource.group === "" && resource.resource === "pods") return [];
  const names = (name: string | undefined, called: string): boolean =>
    name === undefined || name === "*" || name === called;
  const [target, ...others] = policyTargets(match, "validate").filter(
    ({ subresource, ...it }) =>
      names(it.group, resource.group) &&
      names(it.resource, resource.resource) &&
      names(it.version, resource.version) &&
      names(subresource, ""),
  );
  return target === undefined || others.length > 0 || target.template.length === 0 ? undefined : target.template;
}
