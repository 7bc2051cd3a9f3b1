import type { Policy } from "../policy/define/policy.ts";
import { addTopologySpread } from "./defaults/addTopologySpread.ts";
import { setImagePullPolicy } from "./defaults/setImagePullPolicy.ts";
import { setResourceDefaults } from "./defaults/setResourceDefaults.ts";
import { setSecurityContextDefaults } from "./defaults/setSecurityContextDefaults.ts";
import { disallowLatestTag } from "./images/disallowLatestTag.ts";
import { requireImageDigests } from "./images/requireImageDigests.ts";
import { requireImagePullPolicy } from "./images/requireImagePullPolicy.ts";
import { denyLabels } from "./labels/denyLabels.ts";
import { requireLabels } from "./labels/requireLabels.ts";
import { disallowLoadBalancers } from "./network/disallowLoadBalancers.ts";
import { disallowNodePorts } from "./network/disallowNodePorts.ts";
import { disallowWildcardHosts } from "./network/disallowWildcardHosts.ts";
import { limitExternalIps } from "./network/limitExternalIps.ts";
import { requireIngressTls } from "./network/requireIngressTls.ts";
import { disallowAutomountedServiceAccountTokens } from "./objects/disallowAutomountedServiceAccountTokens.ts";
import { disallowDefaultNamespace } from "./objects/disallowDefaultNamespace.ts";
import { disallowDeprecatedApis } from "./objects/disallowDeprecatedApis.ts";
import { limitReplicas } from "./objects/limitReplicas.ts";
import { disallowClusterAdminBindings } from "./rbac/disallowClusterAdminBindings.ts";
import { disallowEscalatingRoles } from "./rbac/disallowEscalatingRoles.ts";
import { disallowExec } from "./rbac/disallowExec.ts";
import { disallowSecretReadingRoles } from "./rbac/disallowSecretReadingRoles.ts";
import { disallowWildcardRoles } from "./rbac/disallowWildcardRoles.ts";
import { limitBindingSubjects } from "./rbac/limitBindingSubjects.ts";
import { requireResources } from "./resources/requireResources.ts";
import { disallowHostNamespaces } from "./security/disallowHostNamespaces.ts";
import { disallowPrivileged } from "./security/disallowPrivileged.ts";
import { disallowPrivilegeEscalation } from "./security/disallowPrivilegeEscalation.ts";
import { disallowSecretsInEnv } from "./security/disallowSecretsInEnv.ts";
import { limitApparmorProfiles } from "./security/limitApparmorProfiles.ts";
import { limitCapabilities } from "./security/limitCapabilities.ts";
import { limitHostPaths } from "./security/limitHostPaths.ts";
import { limitHostPorts } from "./security/limitHostPorts.ts";
import { limitProcMounts } from "./security/limitProcMounts.ts";
import { limitSeccompProfiles } from "./security/limitSeccompProfiles.ts";
import { limitSelinux } from "./security/limitSelinux.ts";
import { limitSysctls } from "./security/limitSysctls.ts";
import { limitUserIds } from "./security/limitUserIds.ts";
import { limitVolumeTypes } from "./security/limitVolumeTypes.ts";
import { requireNonRoot } from "./security/requireNonRoot.ts";
import { requireReadOnlyRootFilesystem } from "./security/requireReadOnlyRootFilesystem.ts";
import { limitAccessModes } from "./storage/limitAccessModes.ts";
import { disallowAutomountedTokens } from "./workloads/disallowAutomountedTokens.ts";
import { limitServiceAccounts } from "./workloads/limitServiceAccounts.ts";
import { requirePriorityClass } from "./workloads/requirePriorityClass.ts";
import { requireProbes } from "./workloads/requireProbes.ts";
import { requireTopologySpread } from "./workloads/requireTopologySpread.ts";

/** The built-in policies that need no options, by name. */
export const builtinPolicies: ReadonlyMap<string, () => Policy> = new Map([
  ["add-topology-spread", () => addTopologySpread()],
  ["deny-labels", () => denyLabels()],
  ["disallow-automounted-service-account-tokens", () => disallowAutomountedServiceAccountTokens()],
  ["disallow-automounted-tokens", () => disallowAutomountedTokens()],
  ["disallow-cluster-admin-bindings", () => disallowClusterAdminBindings()],
  ["disallow-default-namespace", () => disallowDefaultNamespace()],
  ["disallow-deprecated-apis", () => disallowDeprecatedApis()],
  ["disallow-escalating-roles", () => disallowEscalatingRoles()],
  ["disallow-exec", () => disallowExec()],
  ["disallow-host-namespaces", () => disallowHostNamespaces()],
  ["disallow-latest-tag", () => disallowLatestTag()],
  ["disallow-load-balancers", () => disallowLoadBalancers()],
  ["disallow-node-ports", () => disallowNodePorts()],
  ["disallow-privilege-escalation", () => disallowPrivilegeEscalation()],
  ["disallow-privileged", () => disallowPrivileged()],
  ["disallow-secret-reading-roles", () => disallowSecretReadingRoles()],
  ["disallow-secrets-in-env", () => disallowSecretsInEnv()],
  ["disallow-wildcard-hosts", () => disallowWildcardHosts()],
  ["disallow-wildcard-roles", () => disallowWildcardRoles()],
  ["limit-access-modes", () => limitAccessModes()],
  ["limit-apparmor-profiles", () => limitApparmorProfiles()],
  ["limit-binding-subjects", () => limitBindingSubjects()],
  ["limit-capabilities", () => limitCapabilities()],
  ["limit-external-ips", () => limitExternalIps()],
  ["limit-host-paths", () => limitHostPaths()],
  ["limit-host-ports", () => limitHostPorts()],
  ["limit-proc-mounts", () => limitProcMounts()],
  ["limit-replicas", () => limitReplicas()],
  ["limit-seccomp-profiles", () => limitSeccompProfiles()],
  ["limit-selinux", () => limitSelinux()],
  ["limit-service-accounts", () => limitServiceAccounts()],
  ["limit-sysctls", () => limitSysctls()],
  ["limit-user-ids", () => limitUserIds()],
  ["limit-volume-types", () => limitVolumeTypes()],
  ["require-image-digests", () => requireImageDigests()],
  ["require-image-pull-policy", () => requireImagePullPolicy()],
  ["require-ingress-tls", () => requireIngressTls()],
  ["require-labels", () => requireLabels()],
  ["require-non-root", () => requireNonRoot()],
  ["require-priority-class", () => requirePriorityClass()],
  ["require-probes", () => requireProbes()],
  ["require-read-only-root-filesystem", () => requireReadOnlyRootFilesystem()],
  ["require-resources", () => requireResources()],
  ["require-topology-spread", () => requireTopologySpread()],
  ["set-image-pull-policy", () => setImagePullPolicy()],
  ["set-resource-defaults", () => setResourceDefaults()],
  ["set-security-context-defaults", () => setSecurityContextDefaults()],
]);

/** The names of the built-in policies that require options. Only a gate file can use them. */
export const builtinsWithOptions: readonly string[] = [
  "add-annotations",
  "add-labels",
  "add-tolerations",
  "inject-sidecar",
  "limit-ingress-classes",
  "limit-resources",
  "limit-storage-classes",
  "limit-volume-sizes",
  "pod-security",
  "require-annotations",
  "require-registries",
  "rewrite-image-registry",
  "set-node-selector",
];
