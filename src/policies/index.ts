export type { BuiltinOptions } from "./BuiltinOptions.ts";
export { builtinPolicies, builtinsWithOptions } from "./builtinPolicies.ts";
export { addTolerations } from "./defaults/addTolerations.ts";
export { addTopologySpread } from "./defaults/addTopologySpread.ts";
export { setImagePullPolicy } from "./defaults/setImagePullPolicy.ts";
export { setNodeSelector } from "./defaults/setNodeSelector.ts";
export { setResourceDefaults } from "./defaults/setResourceDefaults.ts";
export { setSecurityContextDefaults } from "./defaults/setSecurityContextDefaults.ts";
export { type DisallowLatestTagOptions, disallowLatestTag } from "./images/disallowLatestTag.ts";
export { requireImageDigests } from "./images/requireImageDigests.ts";
export { requireImagePullPolicy } from "./images/requireImagePullPolicy.ts";
export { requireRegistries } from "./images/requireRegistries.ts";
export { rewriteImageRegistry } from "./images/rewriteImageRegistry.ts";
export { type AddAnnotationsOptions, addAnnotations } from "./labels/addAnnotations.ts";
export { type AddLabelsOptions, addLabels } from "./labels/addLabels.ts";
export { type DenyLabelsOptions, denyLabels } from "./labels/denyLabels.ts";
export { type RequiredLabel, type RequireLabelsOptions, requireLabels } from "./labels/requireLabels.ts";
export { disallowLoadBalancers } from "./network/disallowLoadBalancers.ts";
export { disallowNodePorts } from "./network/disallowNodePorts.ts";
export { disallowWildcardHosts } from "./network/disallowWildcardHosts.ts";
export { limitExternalIps } from "./network/limitExternalIps.ts";
export { limitIngressClasses } from "./network/limitIngressClasses.ts";
export { requireIngressTls } from "./network/requireIngressTls.ts";
export { disallowAutomountedServiceAccountTokens } from "./objects/disallowAutomountedServiceAccountTokens.ts";
export { disallowDefaultNamespace } from "./objects/disallowDefaultNamespace.ts";
export { disallowDeprecatedApis } from "./objects/disallowDeprecatedApis.ts";
export { limitReplicas } from "./objects/limitReplicas.ts";
export {
  type RequireAnnotationsOptions,
  type RequiredAnnotation,
  requireAnnotations,
} from "./objects/requireAnnotations.ts";
export * as packs from "./packs/index.ts";
export type { Pack, PackOptions } from "./packs/Pack.ts";
export { type PodSecurityExemptions, type PodSecurityOptions, podSecurity } from "./pod-security/podSecurity.ts";
export {
  type PodSecurityByLabelOptions,
  type PodSecurityEntry,
  type PodSecurityParts,
  podSecurityByLabel,
} from "./pod-security/podSecurityByLabel.ts";
export { disallowClusterAdminBindings } from "./rbac/disallowClusterAdminBindings.ts";
export { disallowEscalatingRoles } from "./rbac/disallowEscalatingRoles.ts";
export { disallowExec } from "./rbac/disallowExec.ts";
export { disallowSecretReadingRoles } from "./rbac/disallowSecretReadingRoles.ts";
export { disallowWildcardRoles } from "./rbac/disallowWildcardRoles.ts";
export { limitBindingSubjects } from "./rbac/limitBindingSubjects.ts";
export { limitResources } from "./resources/limitResources.ts";
export { type ComputeResource, type RequireResourcesOptions, requireResources } from "./resources/requireResources.ts";
export { disallowHostNamespaces } from "./security/disallowHostNamespaces.ts";
export { disallowPrivileged } from "./security/disallowPrivileged.ts";
export { disallowPrivilegeEscalation } from "./security/disallowPrivilegeEscalation.ts";
export { disallowSecretsInEnv } from "./security/disallowSecretsInEnv.ts";
export { limitApparmorProfiles } from "./security/limitApparmorProfiles.ts";
export { limitCapabilities } from "./security/limitCapabilities.ts";
export { limitHostPaths } from "./security/limitHostPaths.ts";
export { limitHostPorts } from "./security/limitHostPorts.ts";
export { limitProcMounts } from "./security/limitProcMounts.ts";
export { limitSeccompProfiles } from "./security/limitSeccompProfiles.ts";
export { limitSelinux } from "./security/limitSelinux.ts";
export { limitSysctls } from "./security/limitSysctls.ts";
export { limitUserIds } from "./security/limitUserIds.ts";
export { limitVolumeTypes } from "./security/limitVolumeTypes.ts";
export { requireNonRoot } from "./security/requireNonRoot.ts";
export { requireReadOnlyRootFilesystem } from "./security/requireReadOnlyRootFilesystem.ts";
export { type InjectSidecarOptions, injectSidecar } from "./sidecar/injectSidecar.ts";
export type { OnConflict } from "./sidecar/placeSidecar.ts";
export type { SidecarOptions } from "./sidecar/readSidecar.ts";
export { limitAccessModes } from "./storage/limitAccessModes.ts";
export { limitStorageClasses } from "./storage/limitStorageClasses.ts";
export { limitVolumeSizes } from "./storage/limitVolumeSizes.ts";
export { disallowAutomountedTokens } from "./workloads/disallowAutomountedTokens.ts";
export { limitServiceAccounts } from "./workloads/limitServiceAccounts.ts";
export { requirePriorityClass } from "./workloads/requirePriorityClass.ts";
export { requireProbes } from "./workloads/requireProbes.ts";
export { requireTopologySpread } from "./workloads/requireTopologySpread.ts";
