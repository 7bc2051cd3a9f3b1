import type { Gate } from "../../gate/config/defineGate.ts";
import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Endpoint } from "../../registration/Endpoint.ts";
import { DEFAULT_ENTRY } from "../../registration/entry/gateEntries.ts";
import { isWebhookConfiguration } from "../../registration/RegistrationObject.ts";
import { GATE_LABEL, HASH_ANNOTATION, renderRegistrations } from "../../registration/render/renderRegistrations.ts";
import { registrationYaml } from "../render/registrationYaml.ts";

/** What sends the calls of a cluster to a local gate, as YAML for kubectl apply. */
export interface DevRegistration {
  /** The webhook configurations. */
  readonly registration: string;
  /** Patches that set the conversion of CustomResourceDefinitions; undefined for a gate without conversions. */
  readonly conversions: string | undefined;
}

/**
 * The registrations of a gate that runs locally. Their names end in `.dev`, so that they replace no others. Their
 * `failurePolicy` is `Ignore`, so that the cluster still works when `postern dev` is stopped. Conversions are separate,
 * because a conversion has no `failurePolicy`.
 */
export async function devRegistration(gate: Gate, cluster: string, endpoint: Endpoint): Promise<DevRegistration> {
  const name = `${gate.name}.dev`;
  // Modes only determine failurePolicy, which is overridden here: no lookup is needed.
  const settings: ClusterSettings = { cluster, modeOf: () => "enforce", paramsOf: () => undefined };
  const entries = Object.entries({ [DEFAULT_ENTRY]: {}, ...gate.entries }).map(
    ([entry, definition]) => [entry, { ...definition, failurePolicy: "Ignore" as const }] as const,
  );
  const rendered = await renderRegistrations({ ...gate, entries: Object.fromEntries(entries) }, settings, endpoint);
  const objects = rendered.objects.map((object) => {
    const { labels, annotations = {}, ...metadata } = object.metadata;
    // The hash is of all objects together: it would also change here when only the others change.
    const { [HASH_ANNOTATION]: _hash, ...kept } = annotations;
    return { ...object, metadata: { ...metadata, labels: { ...labels, [GATE_LABEL]: name }, annotations: kept } };
  });
  // No canary: no sync manages these registrations.
  const registrations = objects
    .filter((object) => isWebhookConfiguration(object) && object.metadata.name === gate.name)
    .map((object) => ({ ...object, metadata: { ...object.metadata, name } }));
  const converted = gate.conversions.map(({ plural, group }) => `${plural}.${group}`);
  const patches = objects.filter(({ kind, metadata }) => kind === CRD && converted.includes(metadata.name));
  return {
    registration: registrationYaml(registrations, REGISTRATION_HEADER),
    conversions: patches.length === 0 ? undefined : registrationYaml(patches, CONVERSION_HEADER),
  };
}

const CRD = "CustomResourceDefinition";
const REGISTRATION_HEADER = [
  "Sends the reviews of a cluster to postern dev. Apply with kubectl apply --server-side -f FILE.",
  "failurePolicy is Ignore, so that the cluster still works when postern dev is stopped. Use Fail in production.",
];
/** Another field manager: with that of the CRD's own manifest, kubectl would remove the fields that are not in here. */
const CONVERSION_HEADER = [
  "Sends the conversions of a cluster to postern dev. The CustomResourceDefinitions have to exist. Apply with:",
  "  kubectl apply --server-side --field-manager=postern-dev --force-conflicts -f FILE",
  "A conversion has no failurePolicy: while postern dev is stopped, objects cannot be read in other versions.",
  "To go back, apply the manifest of the CustomResourceDefinition again, with --force-conflicts.",
];
