export type { Cluster, ClusterLookup } from "./gate/Cluster.ts";
export { defineGate, type Gate, type GateDefinition, type GateEntry } from "./gate/defineGate.ts";
export { GateConfigError } from "./gate/GateConfigError.ts";
export {
  type Conversion,
  type ConversionDefinition,
  ConversionError,
  conversion,
  type HubConverter,
} from "./policy/conversion.ts";
export {
  type Annotation,
  annotate,
  type Denial,
  deny,
  type Finding,
  FindingError,
  type Warning,
  warn,
} from "./policy/Finding.ts";
export type { LabelExpression, LabelSelector } from "./policy/LabelSelector.ts";
export type { Match } from "./policy/Match.ts";
export type { Mode } from "./policy/Mode.ts";
export type { NamespaceMatch } from "./policy/namespaceMatcher.ts";
export type { PolicyContext } from "./policy/PolicyContext.ts";
export { PolicyDefinitionError } from "./policy/PolicyDefinitionError.ts";
export type { PodContainer } from "./policy/podContainers.ts";
export {
  type DeadlineFallback,
  type Findings,
  type ParamsParser,
  type Policy,
  type PolicyDefinition,
  policy,
} from "./policy/policy.ts";
export type { KubernetesObject, PodExecOptions, ResourceName, ResourceTypes } from "./policy/ResourceTypes.ts";
export type { GroupVersionKind, GroupVersionResource, Operation, User } from "./protocol/Review.ts";
export type { EntryOptions, FailurePolicy, MatchCondition } from "./registration/EntryOptions.ts";
