import type { Pod } from "kubernetes-types/core/v1.js";
import type { Validation, ValidationBuilder } from "../../policy/validations/Validation.ts";

/** Makes the validations of a control. */
export type ControlValidations = (on: ValidationBuilder<Pod, unknown>) => readonly Validation[];

/** What a control demands from a version of Kubernetes on. */
export interface ControlVersion {
  /** The minor version: 25 for v1.25. */
  readonly since: number;
  /** Pods that it does not demand it of. */
  readonly except?: "windows" | "user-namespace";
  readonly validations: ControlValidations;
}

/** A control of the Pod Security Standards: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export interface Control {
  /** As `k8s.io/pod-security-admission` names it. */
  readonly id: string;
  /** In ascending order. Before the first one nothing is demanded. */
  readonly versions: readonly [ControlVersion, ...ControlVersion[]];
  /** The control of the level baseline that a restricted one is asked instead of, from the first version on. */
  readonly replaces?: string;
}
