import { builtinVersions } from "../../policy/define/builtinVersions.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { allTargets, type RegisteredTarget, resourceName } from "../rules/registeredTargets.ts";
import { sorted } from "../rules/sharedSelectors.ts";
import type { Lint, LintCode } from "./Lint.ts";

/** Versions of built-in resources that supported releases of Kubernetes serve beside the typed one. */
const ALSO_SERVED: Readonly<Record<string, readonly string[]>> = { horizontalpodautoscalers: ["v1"] };

/** Lints of the versions in which a policy judges its resources. */
export function lintVersions(policy: Policy): Lint[] {
  const targets = [...allTargets([policy], "validate"), ...allTargets([policy], "mutate")];
  const byReason = new Map<string, { code: LintCode; names: Set<string>; reason: string }>();
  for (const target of targets) {
    const found = faultOf(policy, target);
    if (found === undefined) continue;
    const { code, reason } = found;
    const known = byReason.get(`${code} ${reason}`) ?? { code, reason, names: new Set() };
    byReason.set(`${code} ${reason}`, known);
    known.names.add(target.group === "" ? resourceName(target) : `${resourceName(target)}.${target.group}`);
  }
  return [...byReason.values()].map(({ code, names, reason }) => ({
    code,
    severity: "warning",
    place: `policies.${policy.name}`,
    message: `${VERBS[code] ?? "judges"} ${sorted([...names]).join(", ")} ${reason}`,
  }));
}

const VERBS: Readonly<Partial<Record<LintCode, string>>> = { "version-not-served": "is never called for" };

function faultOf(
  { match }: Policy,
  { group, resource, versions, template }: RegisteredTarget,
): { code: LintCode; reason: string } | undefined {
  if (group === "*" || resource === "*") return undefined;
  const isAny = versions.includes("*");
  const typed = builtinVersions(resource).find((it) => it.group === group)?.version;
  if (typed === undefined) {
    if (!isAny || match.apiVersions !== undefined || namesVersion(match, group, resource)) return undefined;
    const place = template.length === 0 ? "versions in match.apiVersions" : "the version in podTemplates";
    return {
      code: "any-version",
      reason: `in the version that the client chooses: name ${place}, or "*" for any`,
    };
  }
  const served = [typed, ...(ALSO_SERVED[resource] ?? [])];
  if (!isAny && !versions.some((version) => served.includes(version)))
    return {
      code: "version-not-served",
      reason: `in ${versions.join(", ")}: Kubernetes serves only ${served.join(", ")}; leave out match.apiVersions`,
    };
  const others = isAny ? served.length > 1 : versions.some((version) => served.includes(version) && version !== typed);
  if (!others || match.apiVersions === undefined) return undefined;
  const which = isAny ? "in the version that the client chooses" : `in ${versions.join(", ")}`;
  return {
    code: "version-not-typed",
    reason: `${which}, but the type of ctx.object is that of ${typed}; without match.apiVersions the API server converts to ${typed}`,
  };
}

/** Whether `podTemplates` names a version of a kind, be it any. */
function namesVersion({ podTemplates }: Policy["match"], group: string, resource: string): boolean {
  return (
    Array.isArray(podTemplates) &&
    podTemplates.some((kind) => kind.group === group && kind.resource === resource && kind.version !== undefined)
  );
}
