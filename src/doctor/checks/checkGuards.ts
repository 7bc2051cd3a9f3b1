import { isJsonObject } from "../../protocol/Json.ts";
import { guardConditions } from "../../registration/conditions/guardConditions.ts";
import type { LiveRule } from "../../registration/LiveWebhook.ts";
import { coversResource } from "../../registration/render/Rule.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import type { LiveHook } from "../cluster/LiveRegistration.ts";
import type { Diagnosis } from "../Diagnosis.ts";

/** What a cluster needs to stay alive while a gate does not answer. */
const MACHINERY: readonly (readonly [group: string, resource: string])[] = [
  ["coordination.k8s.io", "leases"],
  ["", "nodes"],
];
/** Longer, a client waits through every retry. In seconds. */
const LONGEST = 10;
const TODO =
  "Apply what postern render prints: its conditions leave these out. Until then the cluster hangs on the gate.";

/** Whether a gate that does not answer takes down more than what it judges. */
export function checkGuards({ registrations }: ClusterView): Diagnosis[] {
  return registrations.flatMap((registration) =>
    // The canary is for one object, and a conversion has nothing that could leave something out.
    registration.isCanary || registration.kind === "CustomResourceDefinition"
      ? []
      : registration.hooks.flatMap((hook) => faultsOf(targetName(registration), hook)),
  );
}

function faultsOf(about: string, hook: LiveHook): Diagnosis[] {
  const severity = hook.failurePolicy === "Fail" ? "error" : "warning";
  const which = `its webhook ${hook.name}, with failurePolicy ${hook.failurePolicy},`;
  const swept = MACHINERY.filter(([group, resource]) => hook.rules.some((rule) => sweeps(rule, group, resource)));
  const named = MACHINERY.filter(([group, resource]) => hook.rules.some((rule) => names(rule, group, resource)));
  const isLeftOut = hook.conditions.some((it) => it.includes("coordination.k8s.io") && it.startsWith("!("));
  const list = (them: typeof MACHINERY): string => them.map(([, resource]) => resource).join(" and ");
  return [
    ...(reachesNamespaces(hook) && !leavesOutKubeSystem(hook)
      ? [
          {
            code: "guard-missing",
            severity,
            about,
            message: `${which} is asked about kube-system too`,
            todo: TODO,
          } as const,
        ]
      : []),
    ...(swept.length > 0 && !isLeftOut
      ? [
          {
            code: "guard-missing",
            severity,
            about,
            message: `${which} is asked about ${list(swept)}, by a wildcard`,
            todo: TODO,
          } as const,
        ]
      : []),
    ...(named.length > 0 && hook.failurePolicy === "Fail"
      ? [
          {
            code: "machinery-called",
            severity: "warning",
            about,
            message: `${which} is asked about ${list(named)}: without the gate, nodes drop out`,
            todo: "Have no policy match these, or give the entry failurePolicy Ignore.",
          } as const,
        ]
      : []),
    ...(hook.timeout !== undefined && hook.timeout > LONGEST
      ? [
          {
            code: "long-timeout",
            severity: "warning",
            about,
            message: `${which} has ${hook.timeout} s: longer than most clients wait`,
            todo: `Set timeoutSeconds of the entry to ${LONGEST} at most.`,
          } as const,
        ]
      : []),
  ];
}

function reachesNamespaces({ rules }: LiveHook): boolean {
  return rules.some(({ scope }) => scope !== "Cluster");
}

function leavesOutKubeSystem({ conditions, namespaceSelector }: LiveHook): boolean {
  const rendered = guardConditions([]).map(({ expression }) => expression);
  if (conditions.some((it) => rendered.includes(it) && it.includes("'kube-system'"))) return true;
  const expressions = Array.isArray(namespaceSelector.matchExpressions) ? namespaceSelector.matchExpressions : [];
  return expressions.filter(isJsonObject).some(({ key, operator, values }) => {
    if (key !== "kubernetes.io/metadata.name" || !Array.isArray(values)) return false;
    return values.includes("kube-system") ? operator === "NotIn" : operator === "In";
  });
}

function sweeps(rule: LiveRule, group: string, resource: string): boolean {
  return isFor(rule, group) && rule.resources.some((it) => it.startsWith("*") && coversResource(it, resource));
}

function names(rule: LiveRule, group: string, resource: string): boolean {
  return isFor(rule, group) && rule.resources.includes(resource);
}

function isFor({ apiGroups }: LiveRule, group: string): boolean {
  return apiGroups.includes("*") || apiGroups.includes(group);
}
