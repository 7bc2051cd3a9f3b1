import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { type LiveRule, liveWebhooks } from "../../registration/LiveWebhook.ts";
import {
  CLUSTER_ANNOTATION,
  GATE_LABEL,
  HASH_ANNOTATION,
  SYNC_ANNOTATION,
} from "../../registration/render/renderRegistrations.ts";
import { conversionCanaryName } from "../../registration/selftest/conversionCanary.ts";
import type { TargetKind } from "../../sync/target/SyncTarget.ts";
import { readState, type TargetState } from "../../sync/target/TargetState.ts";
import { type FieldWriters, fieldWriters } from "./fieldWriters.ts";

/** A Service of the cluster. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** One webhook of a configuration, or the conversion of a CRD, whose name is empty. */
export interface LiveHook {
  readonly name: string;
  /** Undefined for one that calls a Service. */
  readonly url: string | undefined;
  /** What it calls in place of a URL. */
  readonly service: ServiceName | undefined;
  /** `caBundle`, decoded; empty where there is none. */
  readonly bundle: string;
  /** Conversions have none: a call that fails fails the request. */
  readonly failurePolicy: "Fail" | "Ignore";
  /** In seconds; undefined for a conversion. */
  readonly timeout: number | undefined;
  readonly rules: readonly LiveRule[];
  readonly conditions: readonly string[];
  /** As it is; empty where there is none. */
  readonly namespaceSelector: JsonObject;
}

/** Something in a cluster that has the API server call a webhook. */
export interface LiveRegistration {
  readonly kind: TargetKind;
  readonly name: string;
  /** The gate whose label it carries. */
  readonly gate: string | undefined;
  /** The cluster that it was rendered for. */
  readonly cluster: string | undefined;
  /** What it was rendered from. */
  readonly hash: string | undefined;
  /** Whether the sync owns its `caBundle` and `url`. */
  readonly isHandedOver: boolean;
  /** Whether it is there for self-tests alone: of webhooks, or of conversions. */
  readonly isCanary: boolean;
  readonly hooks: readonly LiveHook[];
  /** What the sync remembers of it. */
  readonly state: TargetState;
  readonly writers: FieldWriters;
  readonly labels: JsonObject;
  readonly annotations: JsonObject;
  /** The object itself, of which a list does not say the kind. */
  readonly object: JsonObject;
}

/** Reads a registration as a cluster has it; undefined for a CRD whose conversion is no webhook's. */
export function readRegistration(kind: TargetKind, item: JsonObject): LiveRegistration | undefined {
  const object = { ...item, kind };
  const metadata = objectOf(item.metadata);
  const [labels, annotations] = [objectOf(metadata.labels), objectOf(metadata.annotations)];
  const hooks = kind === "CustomResourceDefinition" ? conversionOf(item) : hooksOf(object);
  if (kind === "CustomResourceDefinition" && hooks.length === 0) return undefined;
  const gate = textOf(labels[GATE_LABEL]);
  const name = textOf(metadata.name) ?? "";
  return {
    kind,
    name,
    gate,
    cluster: textOf(annotations[CLUSTER_ANNOTATION]),
    hash: textOf(annotations[HASH_ANNOTATION]),
    isHandedOver: annotations[SYNC_ANNOTATION] === "true",
    isCanary:
      gate !== undefined &&
      name === (kind === "CustomResourceDefinition" ? conversionCanaryName(gate) : `${gate}.canary`),
    hooks,
    state: readState(annotations),
    writers: fieldWriters(metadata.managedFields),
    labels,
    annotations,
    object,
  };
}

function hooksOf(object: JsonObject & { readonly kind: TargetKind }): LiveHook[] {
  const read = liveWebhooks(object);
  const webhooks = Array.isArray(object.webhooks) ? object.webhooks.filter(isJsonObject) : [];
  return webhooks.map((webhook, index) => ({
    name: textOf(webhook.name) ?? "",
    url: read[index]?.url,
    service: serviceOf(webhook.clientConfig),
    bundle: bundleOf(webhook.clientConfig),
    failurePolicy: webhook.failurePolicy === "Ignore" ? "Ignore" : "Fail",
    timeout: typeof webhook.timeoutSeconds === "number" ? webhook.timeoutSeconds : undefined,
    rules: read[index]?.rules ?? [],
    conditions: read[index]?.conditions ?? [],
    namespaceSelector: objectOf(webhook.namespaceSelector),
  }));
}

function conversionOf({ spec }: JsonObject): LiveHook[] {
  const webhook = objectOf(objectOf(objectOf(spec).conversion).webhook);
  if (!isJsonObject(webhook.clientConfig)) return [];
  const { url } = webhook.clientConfig;
  const none = { timeout: undefined, rules: [], conditions: [], namespaceSelector: {} };
  const service = serviceOf(webhook.clientConfig);
  return [
    { name: "", url: textOf(url), service, bundle: bundleOf(webhook.clientConfig), failurePolicy: "Fail", ...none },
  ];
}

function serviceOf(clientConfig: unknown): ServiceName | undefined {
  const { namespace, name } = objectOf(objectOf(clientConfig).service);
  return typeof namespace === "string" && typeof name === "string" ? { namespace, name } : undefined;
}

function bundleOf(clientConfig: unknown): string {
  const bundle = textOf(objectOf(clientConfig).caBundle);
  return bundle === undefined ? "" : Buffer.from(bundle, "base64").toString("utf8");
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The name that the API server expects of a Service's certificate (k8s.io/apiserver/pkg/util/webhook, client.go). */
export function serviceHost({ namespace, name }: ServiceName): string {
  return `${name}.${namespace}.svc`;
}
