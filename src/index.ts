// The main entry of the package: what gate files import from "postern".
export type { Cluster, ClusterLookup } from "./gate/config/Cluster.ts";
export { defineGate, type Gate, type GateDefinition, type GateEntry } from "./gate/config/defineGate.ts";
export { GateConfigError } from "./gate/config/GateConfigError.ts";
export {
  type Conversion,
  type ConversionDefinition,
  ConversionError,
  conversion,
  type HubConverter,
} from "./policy/define/conversion.ts";
export {
  type Annotation,
  annotate,
  type Denial,
  deny,
  type Finding,
  FindingError,
  type Warning,
  warn,
} from "./policy/define/Finding.ts";
export type { LabelExpression, LabelSelector } from "./policy/define/LabelSelector.ts";
export type { Match, NamespaceMatch, PodTemplateKind } from "./policy/define/Match.ts";
export type { Mode } from "./policy/define/Mode.ts";
export type { PolicyContext } from "./policy/define/PolicyContext.ts";
export { PolicyDefinitionError } from "./policy/define/PolicyDefinitionError.ts";
export type { PodContainer } from "./policy/define/podContainers.ts";
export {
  type DeadlineFallback,
  type Findings,
  type ParamsParser,
  type Policy,
  type PolicyDefinition,
  policy,
} from "./policy/define/policy.ts";
export type { KubernetesObject, PodExecOptions, ResourceName, ResourceTypes } from "./policy/define/ResourceTypes.ts";
export { type LinearPattern, linearPattern, PatternError } from "./policy/pattern/linearPattern.ts";
export type {
  Validation,
  ValidationBuilder,
  ValidationDefinition,
  ValidationScope,
} from "./policy/validations/Validation.ts";
export { type ValidationSettings, type Validator, validations } from "./policy/validations/validations.ts";
export type { GroupVersionKind, GroupVersionResource, Operation, User } from "./protocol/review/Review.ts";
export type { EntryOptions, FailurePolicy, MatchCondition } from "./registration/entry/EntryOptions.ts";
