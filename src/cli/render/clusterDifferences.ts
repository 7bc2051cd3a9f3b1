import { createTwoFilesPatch } from "diff";
import { stringify } from "yaml";
import type { KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import { KubernetesError } from "../../kubernetes/KubernetesError.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { type LiveWebhook, liveWebhooks } from "../../registration/LiveWebhook.ts";
import { isWebhookConfiguration, type RegistrationObject } from "../../registration/render/RegistrationObject.ts";
import { GATE_LABEL } from "../../registration/render/renderRegistrations.ts";
import { readState } from "../../sync/target/TargetState.ts";

/** An object that would be made or changed by applying what was rendered. */
export interface ObjectDifference {
  readonly kind: string;
  readonly name: string;
  /** `missing`: a CustomResourceDefinition that is not there, so that its patch cannot be applied. */
  readonly change: "create" | "update" | "missing";
  /** A unified diff, empty for `missing`. */
  readonly diff: string;
  /** Elements that others added, such as `matchConditions evil of WEBHOOK`: applying leaves them where they are. */
  readonly foreign: readonly string[];
  /** Which of its webhooks the sync lets be ignored, and since when (ISO 8601): `failurePolicy` is `Ignore` by it. */
  readonly brokenGlass?: { readonly webhooks: readonly string[]; readonly since: string };
}

/** An object that could not be compared, and why. */
export interface Incomparable {
  readonly kind: string;
  readonly name: string;
  readonly fault: string;
}

/** What a cluster has other than what was rendered. */
export interface ClusterDifferences {
  readonly objects: readonly ObjectDifference[];
  readonly incomparable: readonly Incomparable[];
  /** `KIND NAME` of what carries the gate's label and is no longer rendered. */
  readonly leftover: readonly string[];
  /** Every webhook that the cluster has, the gate's or not. */
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

/** Compares a cluster with what was rendered, by server-side apply as a dry run: nothing is changed. Throws CliError. */
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
      // The other objects can be compared all the same, where the API server answers at all.
      if (!(error instanceof KubernetesError) || error.code !== "cluster-refused") throw error;
      incomparable.push({ kind, name: metadata.name, fault: error.message });
    }
  }
  const webhooks: LiveWebhook[] = [];
  const leftover: string[] = [];
  const rendered = new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  for (const kind of ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] as const)
    for (const item of await list(client, COLLECTIONS[kind])) {
      // A list's items do not say what they are.
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
  // No answer where the namespace of a new object is itself still to be made.
  const { kept, foreign } = withoutForeign(applied ?? { ...object }, object);
  const [before, after] = [live === undefined ? "" : textOf(live), textOf(kept)];
  if (before === after) return undefined;
  const name = `${kind}/${metadata.name}`;
  const diff = createTwoFilesPatch(`live/${name}`, `rendered/${name}`, before, after, undefined, undefined, {
    context: 3,
  });
  // Without the line of "=" that the package puts above each diff.
  const change = live === undefined ? "create" : "update";
  const difference = { kind, name: metadata.name, change, diff: diff.replace(/^=+\n/, ""), foreign } as const;
  const brokenGlass = brokenGlassOf(live);
  return brokenGlass === undefined ? difference : { ...difference, brokenGlass };
}

function brokenGlassOf(live: JsonObject | undefined): ObjectDifference["brokenGlass"] {
  const annotations =
    isJsonObject(live?.metadata) && isJsonObject(live.metadata.annotations) ? live.metadata.annotations : {};
  const { brokenGlass } = readState(annotations);
  if (brokenGlass === undefined) return undefined;
  return { webhooks: brokenGlass.webhooks, since: new Date(brokenGlass.since).toISOString() };
}

/** A definition of the gate's own, and not a patch of somebody else's. */
function isWhole(object: RegistrationObject): boolean {
  return "spec" in object && isJsonObject(object.spec) && object.spec.group !== undefined;
}

/**
 * An object as it would be with nothing in its lists but what was rendered. Lists whose elements go by a name
 * (`listType: map`) keep what another field manager put in, which can be a webhook or, worse, a condition that is never met.
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

/** What nobody writes into a manifest. */
const SERVER_SIDE = ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"];

function textOf(object: JsonObject): string {
  const { status: _status, metadata, ...rest } = object;
  const kept = Object.entries(isJsonObject(metadata) ? metadata : {}).filter(([key]) => !SERVER_SIDE.includes(key));
  return stringify({ ...rest, metadata: Object.fromEntries(kept) }, { sortMapEntries: true, lineWidth: 0 });
}

async function list(client: KubernetesClient, path: string): Promise<JsonObject[]> {
  const { items } = (await client.call({ method: "GET", path })) ?? {};
  return Array.isArray(items) ? items.filter(isJsonObject) : [];
}

function nameOf({ metadata }: JsonObject): string {
  return isJsonObject(metadata) ? String(metadata.name) : "";
}

/** The gate that an object says it belongs to. */
function owner({ metadata }: JsonObject): unknown {
  const labels = isJsonObject(metadata) ? metadata.labels : undefined;
  return isJsonObject(labels) ? labels[GATE_LABEL] : undefined;
}
