import { isJsonObject } from "../../protocol/Json.ts";
import { guardConditions } from "../../registration/conditions/guardConditions.ts";
import type { LiveRule } from "../../registration/LiveWebhook.ts";
import { coversResource } from "../../registration/rules/Rule.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import type { LiveHook } from "../cluster/LiveRegistration.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

/** Resources that a cluster must write to stay alive while the gate is down. */
const VITAL_RESOURCES: readonly (readonly [group: string, resource: string])[] = [
  ["coordination.k8s.io", "leases"],
  ["", "nodes"],
];
/** With a longer timeout, clients give up before failurePolicy decides. */
const MAX_TIMEOUT_SECONDS = 10;
const TODO =
  "Apply the output of postern render, whose conditions exclude these. Until then the cluster depends on the gate.";

/** Checks whether a gate that is down also stops what the cluster needs to stay alive. */
export function checkGuards({ registrations }: ClusterView): DoctorFinding[] {
  return registrations.flatMap((registration) =>
    // A canary matches one object. A conversion has no conditions that could exclude anything.
    registration.isCanary || registration.kind === "CustomResourceDefinition"
      ? []
      : registration.hooks.flatMap((hook) => hookFindings(targetName(registration), hook)),
  );
}

function hookFindings(about: string, hook: LiveHook): DoctorFinding[] {
  const { failurePolicy, timeoutSeconds } = hook;
  const severity = failurePolicy === "Fail" ? "error" : "warning";
  const subject = `its webhook ${hook.name} (failurePolicy ${failurePolicy})`;
  const byWildcard = VITAL_RESOURCES.filter(([group, it]) =>
    hook.rules.some((rule) => matchesByWildcard(rule, group, it)),
  );
  const byName = VITAL_RESOURCES.filter(([group, it]) => hook.rules.some((rule) => matchesByName(rule, group, it)));
  const isExcluded = hook.conditions.some((it) => it.includes("coordination.k8s.io") && it.startsWith("!("));
  const list = (resources: typeof VITAL_RESOURCES): string => resources.map(([, resource]) => resource).join(" and ");
  const findings: DoctorFinding[] = [];
  if (reachesNamespaces(hook) && !excludesKubeSystem(hook))
    findings.push({
      code: "guard-missing",
      severity,
      about,
      message: `${subject} also matches kube-system`,
      todo: TODO,
    });
  if (byWildcard.length > 0 && !isExcluded)
    findings.push({
      code: "guard-missing",
      severity,
      about,
      message: `${subject} matches ${list(byWildcard)} with a wildcard`,
      todo: TODO,
    });
  if (byName.length > 0 && failurePolicy === "Fail")
    findings.push({
      code: "machinery-called",
      severity: "warning",
      about,
      message: `${subject} matches ${list(byName)}: while the gate is down, nodes become NotReady`,
      todo: "Remove these resources from the policies, or give the entry failurePolicy Ignore.",
    });
  if (timeoutSeconds !== undefined && timeoutSeconds > MAX_TIMEOUT_SECONDS)
    findings.push({
      code: "long-timeout",
      severity: "warning",
      about,
      message: `${subject} has a timeout of ${timeoutSeconds} s, longer than most clients wait`,
      todo: `Set timeoutSeconds of the entry to ${MAX_TIMEOUT_SECONDS} or less.`,
    });
  return findings;
}

function reachesNamespaces({ rules }: LiveHook): boolean {
  return rules.some(({ scope }) => scope !== "Cluster");
}

function excludesKubeSystem({ conditions, namespaceSelector }: LiveHook): boolean {
  const rendered = guardConditions([]).map(({ expression }) => expression);
  if (conditions.some((it) => rendered.includes(it) && it.includes("'kube-system'"))) return true;
  const expressions = Array.isArray(namespaceSelector.matchExpressions) ? namespaceSelector.matchExpressions : [];
  return expressions.filter(isJsonObject).some(({ key, operator, values }) => {
    if (key !== "kubernetes.io/metadata.name" || !Array.isArray(values)) return false;
    return values.includes("kube-system") ? operator === "NotIn" : operator === "In";
  });
}

function matchesByWildcard(rule: LiveRule, group: string, resource: string): boolean {
  return hasGroup(rule, group) && rule.resources.some((it) => it.startsWith("*") && coversResource(it, resource));
}

function matchesByName(rule: LiveRule, group: string, resource: string): boolean {
  return hasGroup(rule, group) && rule.resources.includes(resource);
}

function hasGroup({ apiGroups }: LiveRule, group: string): boolean {
  return apiGroups.includes("*") || apiGroups.includes(group);
}
