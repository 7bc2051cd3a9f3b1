import { builtinVersions } from "../define/builtinVersions.ts";
import type { Policy } from "../define/policy.ts";
import type { PolicyTarget } from "./policyTargets.ts";

/** Any version: that of the client's request. */
const ANY_VERSION: readonly string[] = ["*"];

/**
 * The versions in which a policy judges the objects of one of its targets, sorted; `*` is the version that the client
 * chose. Without `apiVersions` a built-in resource is judged in its typed version, and a custom resource that the gate
 * converts in the hub. A resource that a wildcard of the same match covers is judged in any version, as the others are.
 */
export function targetVersions(
  { match: { apiGroups, apiVersions, resources }, hubs }: Pick<Policy, "match" | "hubs">,
  {
    group,
    resource,
    subresource,
    version: named,
  }: Pick<PolicyTarget, "group" | "resource" | "subresource" | "version">,
): readonly string[] {
  if (named !== undefined) return [named];
  if (apiVersions !== undefined) return apiVersions.includes("*") ? ANY_VERSION : [...new Set(apiVersions)].sort();
  const byWildcard = resources.some((name) => {
    const [main, sub = ""] = name.split("/");
    return main === "*" && (sub === "*" || sub === subresource);
  });
  if (byWildcard || apiGroups?.includes("*") === true) return ANY_VERSION;
  const version =
    builtinVersions(resource).find((it) => it.group === group)?.version ?? hubs?.get(`${resource}.${group}`);
  return version === undefined ? ANY_VERSION : [version];
}
