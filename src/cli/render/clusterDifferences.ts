import { createTwoFilesPatch } from "diff";
import { stringify } from "yaml";
import type { KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import { KubernetesError } from "../../kubernetes/KubernetesError.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { type LiveWebhook, liveWebhooks } from "../../registration/LiveWebhook.ts";
import { isWebhookConfiguration, type RegistrationObject } from "../../registration/RegistrationObject.ts";
import { GATE_LABEL, ROOTS_ANNOTATION } from "../../registration/render/renderRegistrations.ts";
import { readState } from "../../sync/target/TargetState.ts";
import { redactText } from "../../telemetry/redact/redactText.ts";

/** An object that applying the rendered objects would create or change. */
export interface ObjectDifference {
  readonly kind: string;
  readonly name: string;
  /** `missing`: a CustomResourceDefinition that does not exist, so that its patch cannot be applied. */
  readonly change: "create" | "update" | "missing";
  /** A unified diff. Empty for `missing`. */
  readonly diff: string;
  /** Elements of other field managers, such as `matchCondition NAME of WEBHOOK`. Applying does not remove them. */
  readonly foreign: readonly string[];
  /** Webhooks that the sync switched to fail open (`failurePolicy: Ignore`), and since when (ISO 8601). */
  readonly failingOpen?: { readonly webhooks: readonly string[]; readonly since: string };
}

/** An object that could not be compared, with the reason. */
export interface Incomparable {
  readonly kind: string;
  readonly name: string;
  readonly fault: string;
}

/** Differences between a cluster and the rendered objects. */
export interface ClusterDifferences {
  readonly objects: readonly ObjectDifference[];
  readonly incomparable: readonly Incomparable[];
  /** `KIND NAME` of objects with the label of the gate that are no longer rendered. */
  readonly leftover: readonly string[];
  /** The webhooks of the cluster: those of this gate, and those without the label of a gate. */
  readonly webhooks: readonly LiveWebhook[];
}

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
/** Collections by kind. */
const COLLECTIONS: Readonly<Record<RegistrationObject["kind"], string>> = {
  Namespace: "/api/v1/namespaces",
  ResourceQuota: "/api/v1/namespaces/NAMESPACE/resourcequotas",
  ValidatingWebhookConfiguration: `${ADMISSION}/validatingwebhookconfigurations`,
  MutatingWebhookConfiguration: `${ADMISSION}/mutatingwebhookconfigurations`,
  CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
};

/**
 * Compares a cluster with rendered objects by a server-side apply with `dryRun=All`. Changes nothing. Throws
 * `KubernetesError`.
 */
export async function clusterDifferences(
  client: KubernetesClient,
  gate: string,
  objects: readonly RegistrationObject[],
): Promise<ClusterDifferences> {
  const found: ObjectDifference[] = [];
  const incomparable: Incomparable[] = [];
  for (const object of objects) {
    const { kind, metadata } = object;
    try {
      const difference = await differenceOf(client, object);
      if (difference !== undefined) found.push(difference);
    } catch (error) {
      // The API server refused this object; the others can still be compared.
      if (!(error instanceof KubernetesError) || error.code !== "cluster-refused") throw error;
      incomparable.push({ kind, name: metadata.name, fault: redactText(error.message) });
    }
  }
  const webhooks: LiveWebhook[] = [];
  const leftover: string[] = [];
  const rendered = new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  for (const kind of ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] as const)
    for (const item of await list(client, COLLECTIONS[kind])) {
      // The items of a list have no kind.
      webhooks.push(...(owner(item) === undefined || owner(item) === gate ? liveWebhooks({ ...item, kind }) : []));
      if (owner(item) === gate) leftover.push(`${kind} ${nameOf(item)}`);
    }
  for (const kind of ["Namespace", "CustomResourceDefinition"] as const) {
    const selector = `?labelSelector=${encodeURIComponent(`${GATE_LABEL}=${gate}`)}`;
    for (const item of await list(client, `${COLLECTIONS[kind]}${selector}`)) leftover.push(`${kind} ${nameOf(item)}`);
  }
  return { objects: found, incomparable, leftover: leftover.filter((name) => !rendered.has(name)).sort(), webhooks };
}

async function differenceOf(
  client: KubernetesClient,
  object: RegistrationObject,
): Promise<ObjectDifference | undefined> {
  const { kind, metadata } = object;
  const collection = COLLECTIONS[kind].replace("NAMESPACE", metadata.namespace ?? "");
  const path = `${collection}/${metadata.name}`;
  const live = await client.call({ method: "GET", path });
  if (live === undefined && kind === "CustomResourceDefinition" && !isWhole(object))
    return { kind, name: metadata.name, change: "missing", diff: "", foreign: [] };
  const query = "?dryRun=All&force=true&fieldManager=postern";
  const applied = await client.call({ method: "PATCH", path: `${path}${query}`, body: object });
  // 404 when the namespace of a new object does not exist yet.
  const { kept, foreign } = withoutForeign(applied ?? { ...object }, object);
  const [before, after] = [live === undefined ? "" : textOf(live), textOf(kept)];
  if (before === after) return undefined;
  const name = `${kind}/${metadata.name}`;
  const diff = createTwoFilesPatch(`live/${name}`, `rendered/${name}`, before, after, undefined, undefined, {
    context: 3,
  });
  // The package puts a line of "=" above each diff.
  const change = live === undefined ? "create" : "update";
  const difference = { kind, name: metadata.name, change, diff: diff.replace(/^=+\n/, ""), foreign } as const;
  const failingOpen = failingOpenOf(live);
  return failingOpen === undefined ? difference : { ...difference, failingOpen };
}

function failingOpenOf(live: JsonObject | undefined): ObjectDifference["failingOpen"] {
  const annotations =
    isJsonObject(live?.metadata) && isJsonObject(live.metadata.annotations) ? live.metadata.annotations : {};
  const { failingOpen } = readState(annotations);
  if (failingOpen === undefined) return undefined;
  return { webhooks: failingOpen.webhooks, since: new Date(failingOpen.since).toISOString() };
}

/** Whether the object is a whole definition, and not a patch of one that others own. */
function isWhole(object: RegistrationObject): boolean {
  return "spec" in object && isJsonObject(object.spec) && object.spec.group !== undefined;
}

/**
 * An applied object without the list elements of other field managers, and the names of these elements. Server-side
 * apply keeps such elements in lists of `listType: map`: webhooks, or match conditions that may never hold.
 */
function withoutForeign(applied: JsonObject, object: RegistrationObject): { kept: JsonObject; foreign: string[] } {
  if (!isWebhookConfiguration(object) || !Array.isArray(applied.webhooks)) return { kept: applied, foreign: [] };
  const foreign: string[] = [];
  const rendered = new Map(object.webhooks.map((webhook) => [webhook.name, webhook]));
  const webhooks = applied.webhooks.filter(isJsonObject).flatMap((webhook) => {
    const own = rendered.get(String(webhook.name));
    if (own === undefined) {
      foreign.push(`webhook ${webhook.name}`);
      return [];
    }
    if (!Array.isArray(webhook.matchConditions)) return [webhook];
    const matchConditions = webhook.matchConditions.filter(isJsonObject).filter(({ name }) => {
      const isOwn = own.matchConditions.some((condition) => condition.name === name);
      if (!isOwn) foreign.push(`matchCondition ${name} of ${own.name}`);
      return isOwn;
    });
    return [{ ...webhook, matchConditions }];
  });
  return { kept: { ...applied, webhooks }, foreign };
}

/** Metadata that the API server sets. */
const SERVER_FIELDS = ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"];

function textOf(object: JsonObject): string {
  const { status: _status, metadata, ...rest } = object;
  const kept = Object.entries(isJsonObject(metadata) ? metadata : {})
    .filter(([key]) => !SERVER_FIELDS.includes(key))
    .map(([key, value]) => [key, key === "annotations" && isJsonObject(value) ? withoutRoots(value) : value]);
  const text = stringify({ ...rest, metadata: Object.fromEntries(kept) }, { sortMapEntries: true, lineWidth: 0 });
  return withoutCapabilities(text);
}

/** The sync owns the capability in a URL, and it is a secret. */
function withoutCapabilities(text: string): string {
  return text.replace(/\/k\/[\w.-]+(?=\/c\/)/g, "");
}

/** The roots of the hand-over depend on `--ca`, as the `caBundle` that the sync owns. */
function withoutRoots({ [ROOTS_ANNOTATION]: _roots, ...annotations }: JsonObject): JsonObject {
  return annotations;
}

async function list(client: KubernetesClient, path: string): Promise<JsonObject[]> {
  const { items } = (await client.call({ method: "GET", path })) ?? {};
  return Array.isArray(items) ? items.filter(isJsonObject) : [];
}

function nameOf({ metadata }: JsonObject): string {
  return isJsonObject(metadata) ? String(metadata.name) : "";
}

/** The gate in the label of an object. */
function owner({ metadata }: JsonObject): unknown {
  const labels = isJsonObject(metadata) ? metadata.labels : undefined;
  return isJsonObject(labels) ? labels[GATE_LABEL] : undefined;
}
