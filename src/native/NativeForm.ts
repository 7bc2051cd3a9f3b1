import type { LabelSelector } from "../policy/define/LabelSelector.ts";
import type { MatchCondition } from "../registration/entry/EntryOptions.ts";
import type { RegistrationMeta } from "../registration/RegistrationObject.ts";
import type { Rule } from "../registration/rules/Rule.ts";

/** A ValidatingAdmissionPolicy (`admissionregistration.k8s.io/v1`). */
export interface NativePolicyObject {
  readonly apiVersion: "admissionregistration.k8s.io/v1";
  readonly kind: "ValidatingAdmissionPolicy";
  readonly metadata: RegistrationMeta;
  readonly spec: {
    readonly failurePolicy: "Fail";
    readonly matchConstraints: {
      readonly matchPolicy: "Equivalent";
      readonly namespaceSelector: LabelSelector;
      readonly objectSelector: LabelSelector;
      readonly resourceRules: readonly Rule[];
    };
    readonly matchConditions: readonly MatchCondition[];
    readonly variables?: readonly { readonly name: string; readonly expression: string }[];
    readonly validations: readonly {
      readonly expression: string;
      readonly message: string;
      readonly messageExpression?: string;
      readonly reason: "Forbidden";
    }[];
  };
}

/** Its binding. */
export interface NativeBindingObject {
  readonly apiVersion: "admissionregistration.k8s.io/v1";
  readonly kind: "ValidatingAdmissionPolicyBinding";
  readonly metadata: RegistrationMeta;
  readonly spec: { readonly policyName: string; readonly validationActions: readonly ["Deny" | "Warn" | "Audit"] };
}

/** How much of a policy the API server can judge itself. */
export interface NativeForm {
  readonly policy: string;
  readonly native: "yes" | "in part" | "no";
  /** Why not, or what the native form lacks. One sentence each. */
  readonly reasons: readonly string[];
  readonly objects: readonly (NativePolicyObject | NativeBindingObject)[];
}
