import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Conversion } from "../../policy/define/conversion.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { POSTERN_VERSION } from "../../protocol/posternVersion.ts";
import type { Endpoint } from "../Endpoint.ts";
import { compareNames, gateEntries } from "../entry/gateEntries.ts";
import type { RegisteredGate } from "../entry/RegisteredGate.ts";
import type { MetaOf, RegistrationObject } from "../RegistrationObject.ts";
import { conversionCanary, webhookConversion } from "../selftest/conversionCanary.ts";
import { MANAGED_BY, selfTestObjects } from "../selftest/selfTestObjects.ts";
import { type WebhookContext, webhooksOf } from "./webhooksOf.ts";

/** The label of a gate's objects, for the sync and for clean-up. Its value is the name of the gate. */
export const GATE_LABEL = "postern.dev/gate";
/** Annotations of each rendered object: its cluster, and the hash of all objects together. */
export const CLUSTER_ANNOTATION = "postern.dev/cluster";
export const HASH_ANNOTATION = "postern.dev/registration-hash";
/** The version of Postern that rendered a registration. The hash does not depend on it. */
export const VERSION_ANNOTATION = "postern.dev/version";

/** With this annotation set to `true`, the sync owns `caBundle` and `url` of a registration. */
export const SYNC_ANNOTATION = "postern.dev/sync";

/**
 * The SHA-256 fingerprints of the roots in `caBundle` as rendered, separated by commas; empty without `caBundle`. The sync
 * must not change it, so it tells which roots whoever handed the registration over asked for.
 */
export const ROOTS_ANNOTATION = "postern.dev/roots";

/** The webhooks of a registration that allow break-glass, separated by commas. */
export const BREAK_GLASS_ANNOTATION = "postern.dev/break-glass";

/** The objects that `postern render` prints, and their hash. */
export interface Rendered {
  readonly objects: readonly RegistrationObject[];
  /** `sha256:HEX`. It does not depend on the URL or the CA. */
  readonly hash: string;
}

/**
 * All objects with which a cluster calls a gate: the namespace and canary of self-tests, the registrations of validators
 * and mutators, and the patches and canary for conversions. The same gate and settings give the same objects in the same
 * order. Without an endpoint they have no `clientConfig`, which is enough for the hash. With `sync` the sync owns their
 * `caBundle` and `url`; `roots` are the fingerprints of the CA then.
 */
export async function renderRegistrations(
  gate: RegisteredGate,
  settings: ClusterSettings,
  endpoint?: Endpoint,
  { sync = false, roots = [] }: { readonly sync?: boolean; readonly roots?: readonly string[] } = {},
): Promise<Rendered> {
  const hash = await registrationHash(objectsOf(gate, settings, undefined, {}));
  const added = {
    [HASH_ANNOTATION]: hash,
    [VERSION_ANNOTATION]: POSTERN_VERSION,
    ...(sync ? { [SYNC_ANNOTATION]: "true", [ROOTS_ANNOTATION]: roots.join(",") } : {}),
  };
  return { hash, objects: objectsOf(gate, settings, endpoint, added) };
}

function objectsOf(
  gate: RegisteredGate,
  settings: ClusterSettings,
  endpoint: Endpoint | undefined,
  added: Readonly<Record<string, string>>,
): RegistrationObject[] {
  const { cluster } = settings;
  const meta: MetaOf = (name) => ({
    name,
    labels: { ...MANAGED_BY, [GATE_LABEL]: gate.name },
    annotations: { [CLUSTER_ANNOTATION]: cluster, ...added },
  });
  const conversions = [...gate.conversions].sort((left, right) =>
    compareNames(`${left.plural}.${left.group}`, `${right.plural}.${right.group}`),
  );
  return [
    ...selfTestObjects(gate.name, cluster, endpoint, meta),
    ...configuration("ValidatingWebhookConfiguration", gate, { settings, endpoint, meta }),
    ...configuration("MutatingWebhookConfiguration", gate, { settings, endpoint, meta }),
    ...(conversions.length === 0 ? [] : [conversionCanary(gate.name, cluster, endpoint, meta)]),
    ...conversions.map((conversion) => conversionPatch(conversion, cluster, endpoint, meta)),
  ];
}

/** The webhooks of all entries. Two webhooks for one object would be two calls, so an entry has few. */
function configuration(
  kind: "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
  gate: RegisteredGate,
  { settings, endpoint, meta }: Pick<WebhookContext, "settings" | "endpoint"> & { readonly meta: MetaOf },
): RegistrationObject[] {
  const purpose = kind === "ValidatingWebhookConfiguration" ? "validate" : "mutate";
  const byEntry = gateEntries(gate).map((entry) => ({
    entry,
    webhooks: webhooksOf(entry, purpose, { gate: gate.name, settings, endpoint }),
  }));
  const webhooks = byEntry.flatMap((it) => it.webhooks);
  if (webhooks.length === 0) return [];
  const breakable = byEntry
    .filter(({ entry }) => entry.options.breakGlass === true)
    .flatMap((it) => it.webhooks.filter(({ failurePolicy }) => failurePolicy === "Fail"));
  const { annotations, ...rest } = meta(gate.name);
  const mark = breakable.length === 0 ? {} : { [BREAK_GLASS_ANNOTATION]: breakable.map((one) => one.name).join(",") };
  const metadata = { ...rest, annotations: { ...annotations, ...mark } };
  return [{ apiVersion: "admissionregistration.k8s.io/v1", kind, metadata, webhooks }];
}

/** A server-side apply patch that sets only `spec.conversion` of a CustomResourceDefinition. Its owner keeps all other fields. */
function conversionPatch(
  { plural, group }: Conversion,
  cluster: string,
  endpoint: Endpoint | undefined,
  meta: MetaOf,
): RegistrationObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: meta(`${plural}.${group}`),
    spec: { conversion: webhookConversion(cluster, endpoint) },
  };
}

/**
 * `sha256:HEX` of objects as JSON with sorted members. The objects have no endpoint and no annotation with the hash, so
 * that the hash is the same wherever the gate is served.
 */
async function registrationHash(objects: readonly RegistrationObject[]): Promise<string> {
  const bytes = new TextEncoder().encode(canonical(objects));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `sha256:${[...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(",")}}`;
}
