import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { type LiveRule, liveWebhooks } from "../../registration/LiveWebhook.ts";
import {
  CLUSTER_ANNOTATION,
  GATE_LABEL,
  HASH_ANNOTATION,
  SYNC_ANNOTATION,
  VERSION_ANNOTATION,
} from "../../registration/render/renderRegistrations.ts";
import { conversionCanaryName } from "../../registration/selftest/selfTestNames.ts";
import type { TargetKind } from "../../sync/target/SyncTarget.ts";
import { readState, type TargetState } from "../../sync/target/TargetState.ts";
import { asObject, asObjects, asText } from "./asObject.ts";

/** The name of a Service. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** One webhook of a webhook configuration, or the conversion webhook of a CRD. */
export interface LiveHook {
  /** Empty for a conversion. */
  readonly name: string;
  /** Undefined if it calls a Service. */
  readonly url: string | undefined;
  /** The Service that it calls; undefined if it calls a URL. */
  readonly service: ServiceName | undefined;
  /** `caBundle`, decoded. Empty if there is none. */
  readonly bundle: string;
  /** Always `Fail` for a conversion, which has no failurePolicy: a failed call fails the request. */
  readonly failurePolicy: "Fail" | "Ignore";
  /** Undefined for a conversion. */
  readonly timeoutSeconds: number | undefined;
  readonly rules: readonly LiveRule[];
  /** The CEL expressions of its matchConditions. */
  readonly conditions: readonly string[];
  /** Empty if there is none. */
  readonly namespaceSelector: JsonObject;
}

/** The names of the field managers that own the fields of the sync. */
export interface FieldWriters {
  readonly caBundle: readonly string[];
  readonly url: readonly string[];
}

/** An object that makes the API server call webhooks: a webhook configuration, or a CRD with a conversion webhook. */
export interface LiveRegistration {
  readonly kind: TargetKind;
  readonly name: string;
  /** The value of its gate label. */
  readonly gate: string | undefined;
  /** The cluster that it was rendered for. */
  readonly cluster: string | undefined;
  /** The hash that it was rendered with. */
  readonly hash: string | undefined;
  /** The version of Postern that rendered it. */
  readonly version: string | undefined;
  /** Whether the sync owns its `caBundle` and `url`. */
  readonly isHandedOver: boolean;
  /** Whether it is a canary, of webhooks or of conversions. */
  readonly isCanary: boolean;
  readonly hooks: readonly LiveHook[];
  /** The state that the sync keeps in its annotations. */
  readonly state: TargetState;
  readonly writers: FieldWriters;
  readonly labels: JsonObject;
  readonly annotations: JsonObject;
  /** The object, with its kind, which the items of a list do not have. */
  readonly object: JsonObject;
}

/** Reads a registration. Undefined for a CRD without a conversion webhook. */
export function readRegistration(kind: TargetKind, item: JsonObject): LiveRegistration | undefined {
  const object = { ...item, kind };
  const metadata = asObject(item.metadata);
  const [labels, annotations] = [asObject(metadata.labels), asObject(metadata.annotations)];
  const hooks = kind === "CustomResourceDefinition" ? conversionOf(item) : hooksOf(object);
  if (kind === "CustomResourceDefinition" && hooks.length === 0) return undefined;
  const gate = asText(labels[GATE_LABEL]);
  const name = asText(metadata.name) ?? "";
  return {
    kind,
    name,
    gate,
    cluster: asText(annotations[CLUSTER_ANNOTATION]),
    hash: asText(annotations[HASH_ANNOTATION]),
    version: asText(annotations[VERSION_ANNOTATION]),
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
  return asObjects(object.webhooks).map((webhook, index) => ({
    name: asText(webhook.name) ?? "",
    url: read[index]?.url,
    service: serviceOf(webhook.clientConfig),
    bundle: caBundleOf(webhook.clientConfig),
    failurePolicy: webhook.failurePolicy === "Ignore" ? "Ignore" : "Fail",
    timeoutSeconds: typeof webhook.timeoutSeconds === "number" ? webhook.timeoutSeconds : undefined,
    rules: read[index]?.rules ?? [],
    conditions: read[index]?.conditions ?? [],
    namespaceSelector: asObject(webhook.namespaceSelector),
  }));
}

function conversionOf({ spec }: JsonObject): LiveHook[] {
  const webhook = asObject(asObject(asObject(spec).conversion).webhook);
  if (!isJsonObject(webhook.clientConfig)) return [];
  const { url } = webhook.clientConfig;
  const absent = { timeoutSeconds: undefined, rules: [], conditions: [], namespaceSelector: {} };
  const service = serviceOf(webhook.clientConfig);
  return [
    { name: "", url: asText(url), service, bundle: caBundleOf(webhook.clientConfig), failurePolicy: "Fail", ...absent },
  ];
}

function serviceOf(clientConfig: unknown): ServiceName | undefined {
  const { namespace, name } = asObject(asObject(clientConfig).service);
  return typeof namespace === "string" && typeof name === "string" ? { namespace, name } : undefined;
}

function caBundleOf(clientConfig: unknown): string {
  const bundle = asText(asObject(clientConfig).caBundle);
  return bundle === undefined ? "" : Buffer.from(bundle, "base64").toString("utf8");
}

/**
 * Reads `metadata.managedFields`. A manager is a writer if it owns the field of at least one webhook (`FieldsV1`,
 * structured-merge-diff).
 */
function fieldWriters(managedFields: unknown): FieldWriters {
  const [caBundle, url] = [new Set<string>(), new Set<string>()];
  for (const { manager, fieldsV1 } of asObjects(managedFields)) {
    if (typeof manager !== "string") continue;
    for (const clientConfig of clientConfigsIn(fieldsV1)) {
      if ("f:caBundle" in clientConfig) caBundle.add(manager);
      if ("f:url" in clientConfig) url.add(manager);
    }
  }
  return { caBundle: [...caBundle], url: [...url] };
}

function clientConfigsIn(fields: unknown): object[] {
  return Object.entries(asObject(fields)).flatMap(([key, value]) =>
    key === "f:clientConfig" && isJsonObject(value) ? [value] : clientConfigsIn(value),
  );
}

/** The name that a Service's certificate must have (k8s.io/apiserver/pkg/util/webhook, client.go). */
export function serviceHost({ namespace, name }: ServiceName): string {
  return `${name}.${namespace}.svc`;
}
