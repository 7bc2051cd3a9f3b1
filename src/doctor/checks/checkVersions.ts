import { builtinVersions } from "../../policy/define/builtinVersions.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import type { LiveHook } from "../cluster/LiveRegistration.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

/**
 * Checks whether the cluster serves the versions of built-in resources that rules name. The API server converts requests
 * only to versions that it serves, and does not call a webhook for another one.
 */
export function checkVersions({ registrations, served }: ClusterView): DoctorFinding[] {
  if (served === undefined) return [];
  return registrations.flatMap((registration) =>
    registration.hooks.flatMap((hook) =>
      unserved(hook, served).map(
        (what): DoctorFinding => ({
          code: "version-not-served",
          severity: "warning",
          about: targetName(registration),
          message: `its webhook ${hook.name} has rules for ${what}, which this cluster does not serve: the gate is not called for it`,
          todo: "Name a version that the cluster serves in match.apiVersions of the policy, or update the cluster.",
        }),
      ),
    ),
  );
}

/** The built-in resources of rules without a version that is served: `flowschemas in flowcontrol.apiserver.k8s.io/v1`. */
function unserved({ rules }: LiveHook, served: ReadonlyMap<string, readonly string[]>): string[] {
  const found = rules.flatMap(({ apiGroups, apiVersions, resources }) =>
    apiGroups.flatMap((group) => {
      const versions = served.get(group) ?? [];
      if (apiVersions.some((version) => version === "*" || versions.includes(version))) return [];
      return resources
        .filter((resource) => builtinVersions(resource).some((it) => it.group === group))
        .map((resource) => `${resource} in ${apiVersions.map((version) => `${group}/${version}`).join(", ")}`);
    }),
  );
  return [...new Set(found)];
}
