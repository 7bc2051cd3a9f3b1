import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { RegisteredGate } from "../RegisteredGate.ts";
import { conversionCanary } from "../selftest/conversionCanary.ts";
import { MANAGED_BY, selfTestObjects } from "../selftest/selfTestObjects.ts";
import { conversionPatch } from "./conversionPatch.ts";
import type { Endpoint } from "./Endpoint.ts";
import { compareNames, gateEntries } from "./gateEntries.ts";
import type { MetaOf, RegistrationObject, Webhook } from "./RegistrationObject.ts";
import type { Purpose } from "./registeredTargets.ts";
import { registrationHash } from "./registrationHash.ts";
import { webhookName, webhookOf } from "./webhookOf.ts";

/** The label by which the sync, and whoever cleans up, finds a gate's objects. */
export const GATE_LABEL = "postern.dev/gate";
/** Annotations of each rendered object: whom it is for, and the hash of all of them together. */
export const CLUSTER_ANNOTATION = "postern.dev/cluster";
export const HASH_ANNOTATION = "postern.dev/registration-hash";

/** By this annotation, set to `true`, a registration is handed to the sync: it owns `caBundle` and `url` from then on. */
export const SYNC_ANNOTATION = "postern.dev/sync";

/** By this annotation a registration names, with commas between, the webhooks that the sync may let be ignored. */
export const BREAK_GLASS_ANNOTATION = "postern.dev/break-glass";

/** What `postern render` prints, and its hash. */
export interface Rendered {
  readonly objects: readonly RegistrationObject[];
  /** The same at whatever URL, and with whatever CA. */
  readonly hash: string;
}

/**
 * Everything that has a cluster call a gate: the self-test's namespace and canary, the registrations of validators and
 * mutators, and the patches for CustomResourceDefinitions whose objects it converts, with their own canary. The same gate and settings give
 * the same objects in the same order. Without an endpoint there is no `clientConfig` in them, which is all that a hash needs.
 * With `sync` they are handed to the sync.
 */
export async function renderRegistrations(
  gate: RegisteredGate,
  settings: ClusterSettings,
  endpoint?: Endpoint,
  { sync = false }: { readonly sync?: boolean } = {},
): Promise<Rendered> {
  const hash = await registrationHash(objectsOf(gate, settings, undefined, {}));
  const added = { [HASH_ANNOTATION]: hash, ...(sync ? { [SYNC_ANNOTATION]: "true" } : {}) };
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
    ...configuration("ValidatingWebhookConfiguration", webhooksOf(gate, "validate", settings, endpoint), gate, meta),
    ...configuration("MutatingWebhookConfiguration", webhooksOf(gate, "mutate", settings, endpoint), gate, meta),
    ...(conversions.length === 0 ? [] : [conversionCanary(gate.name, cluster, endpoint, meta)]),
    ...conversions.map((conversion) => conversionPatch(conversion, cluster, endpoint, meta)),
  ];
}

/** One webhook for each entry: two for one object would be two calls. */
function webhooksOf(
  gate: RegisteredGate,
  purpose: Purpose,
  settings: ClusterSettings,
  endpoint: Endpoint | undefined,
): Webhook[] {
  const context = { gate: gate.name, settings, endpoint };
  return gateEntries(gate).flatMap((entry) => webhookOf(entry, purpose, context) ?? []);
}

function configuration(
  kind: "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
  webhooks: readonly Webhook[],
  { name, entries }: RegisteredGate,
  meta: MetaOf,
): RegistrationObject[] {
  if (webhooks.length === 0) return [];
  const purpose = kind === "ValidatingWebhookConfiguration" ? "validate" : "mutate";
  const marked = Object.entries(entries).flatMap(([entry, { breakGlass }]) =>
    breakGlass === true ? [webhookName(entry, purpose, name)] : [],
  );
  const breakable = webhooks.filter((webhook) => webhook.failurePolicy === "Fail" && marked.includes(webhook.name));
  const { annotations, ...rest } = meta(name);
  const mark = breakable.length === 0 ? {} : { [BREAK_GLASS_ANNOTATION]: breakable.map((one) => one.name).join(",") };
  const metadata = { ...rest, annotations: { ...annotations, ...mark } };
  return [{ apiVersion: "admissionregistration.k8s.io/v1", kind, metadata, webhooks }];
}
