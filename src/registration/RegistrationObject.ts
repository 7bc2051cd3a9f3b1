import type { LabelSelector } from "../policy/define/LabelSelector.ts";
import type { FailurePolicy, MatchCondition } from "./entry/EntryOptions.ts";
import type { Rule } from "./rules/Rule.ts";

/** Name, labels and annotations of a rendered object. */
export interface RegistrationMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Absent on objects that all gates share. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Where the API server calls. `caBundle` is base64 of PEM. Without it the API server uses the roots of its own host. */
export interface ClientConfig {
  readonly url: string;
  readonly caBundle?: string;
}

/** One webhook of a configuration (`admissionregistration.k8s.io/v1`). */
export interface Webhook {
  readonly name: string;
  /** Absent when only the hash is needed. */
  readonly clientConfig?: ClientConfig;
  readonly rules: readonly Rule[];
  readonly matchPolicy: "Equivalent";
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
  readonly matchConditions: readonly MatchCondition[];
  readonly failurePolicy: FailurePolicy;
  readonly timeoutSeconds: number;
  readonly sideEffects: "None";
  readonly admissionReviewVersions: readonly string[];
  readonly reinvocationPolicy?: "Never" | "IfNeeded";
}

/** An object that `postern render` prints. */
export type RegistrationObject =
  | WebhookConfiguration
  | {
      readonly apiVersion: string;
      readonly kind: "Namespace" | "ResourceQuota" | "CustomResourceDefinition";
      readonly metadata: RegistrationMeta;
      readonly spec?: object;
    };

/** A webhook configuration. */
export interface WebhookConfiguration {
  readonly apiVersion: "admissionregistration.k8s.io/v1";
  readonly kind: "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration";
  readonly metadata: RegistrationMeta;
  readonly webhooks: readonly Webhook[];
}

/** Whether an object is a webhook configuration. */
export function isWebhookConfiguration(object: RegistrationObject): object is WebhookConfiguration {
  return "webhooks" in object;
}

/** Returns the metadata of an object with this name that belongs to one gate. */
export type MetaOf = (name: string) => RegistrationMeta;
