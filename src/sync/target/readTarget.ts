import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import {
  BREAK_GLASS_ANNOTATION,
  ROOTS_ANNOTATION,
  SYNC_ANNOTATION,
} from "../../registration/render/renderRegistrations.ts";
import { conversionCanaryName } from "../../registration/selftest/selfTestNames.ts";
import type { Hook } from "./Hook.ts";
import type { SyncTarget, TargetKind } from "./SyncTarget.ts";
import { stateFaults } from "./stateFaults.ts";
import { readState, STATE_PREFIX } from "./TargetState.ts";

/** cert-manager's CA injector writes `caBundle` of objects with an annotation of this prefix. */
const INJECTOR_PREFIX = "cert-manager.io/inject-";

/** What a registration is read for. */
export interface TargetTerms {
  /** The gate's name. */
  readonly gate: string;
  /** Times in the state after this one are not believed. In milliseconds since 1970. */
  readonly latest: number;
}

/** Reads a registration of a gate. Undefined when it is not handed to the sync (annotation `postern.dev/sync`). */
export function readTarget(kind: TargetKind, object: JsonObject, terms: TargetTerms): SyncTarget | undefined {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {};
  const annotations = isJsonObject(metadata.annotations) ? metadata.annotations : {};
  const { name, uid, resourceVersion } = metadata;
  if (annotations[SYNC_ANNOTATION] !== "true") return undefined;
  if (typeof name !== "string" || typeof uid !== "string" || typeof resourceVersion !== "string") return undefined;
  const marked = textOf(annotations[BREAK_GLASS_ANNOTATION]).split(",");
  const found = kind === "CustomResourceDefinition" ? [conversionOf(object)] : webhooksOf(object, marked);
  const hooks = found.flatMap((hook) => (hook === undefined ? [] : [hook]));
  const own = ownAnnotations(annotations);
  const state = readState(own, terms.latest);
  return {
    kind,
    name,
    uid,
    resourceVersion,
    isCanary: isCanary(kind, name, terms.gate),
    hooks,
    state,
    annotations: own,
    stateFaults: stateFaults(own, state),
    handedOver: rootsIn(annotations[ROOTS_ANNOTATION]),
    fault: targetFault(annotations, hooks.length, found.length),
  };
}

/** The fingerprints that `postern render --sync` wrote. */
function rootsIn(value: unknown): readonly string[] | undefined {
  return typeof value === "string" ? value.split(",") : undefined;
}

function isCanary(kind: TargetKind, name: string, gate: string): boolean {
  if (kind === "CustomResourceDefinition") return name === conversionCanaryName(gate);
  return kind === "ValidatingWebhookConfiguration" && name === `${gate}.canary`;
}

function ownAnnotations(annotations: JsonObject): Record<string, string> {
  const own = Object.entries(annotations).filter(([key]) => key.startsWith(STATE_PREFIX));
  return Object.fromEntries(own.flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])));
}

function targetFault(annotations: JsonObject, hooks: number, found: number): string | undefined {
  const injector = Object.keys(annotations).find((key) => key.startsWith(INJECTOR_PREFIX));
  if (injector !== undefined) return `has the annotation ${injector}: cert-manager writes its caBundle`;
  if (found === 0) return "has no webhooks";
  return hooks < found ? "calls a Service instead of a URL" : undefined;
}

function webhooksOf({ webhooks }: JsonObject, marked: readonly string[]): (Hook | undefined)[] {
  if (!Array.isArray(webhooks)) return [];
  return webhooks.filter(isJsonObject).map(({ name, clientConfig, failurePolicy }) => {
    const hook = typeof name === "string" ? hookOf(name, clientConfig) : undefined;
    if (hook === undefined || (failurePolicy !== "Fail" && failurePolicy !== "Ignore")) return hook;
    return { ...hook, failurePolicy, ...(marked.includes(hook.name) ? { mayFailOpen: true } : {}) };
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function conversionOf({ spec }: JsonObject): Hook | undefined {
  const conversion = isJsonObject(spec) ? spec.conversion : undefined;
  const webhook = isJsonObject(conversion) ? conversion.webhook : undefined;
  return isJsonObject(webhook) ? hookOf("", webhook.clientConfig) : undefined;
}

function hookOf(name: string, clientConfig: unknown): Hook | undefined {
  if (!isJsonObject(clientConfig) || typeof clientConfig.url !== "string") return undefined;
  const { url, caBundle } = clientConfig;
  return { name, url, bundle: typeof caBundle === "string" ? Buffer.from(caBundle, "base64").toString("utf8") : "" };
}
