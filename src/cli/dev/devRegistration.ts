import type { Gate } from "../../gate/config/defineGate.ts";
import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Endpoint } from "../../registration/Endpoint.ts";
import { DEFAULT_ENTRY } from "../../registration/entry/gateEntries.ts";
import { isWebhookConfiguration } from "../../registration/RegistrationObject.ts";
import { GATE_LABEL, renderRegistrations } from "../../registration/render/renderRegistrations.ts";
import { registrationYaml } from "../render/registrationYaml.ts";

/**
 * The registrations of a gate that runs locally, as YAML for kubectl apply. Their names end in `.dev`, so that they
 * replace no others. Their `failurePolicy` is `Ignore`, so that the cluster still works when `postern dev` is stopped.
 */
export async function devRegistration(gate: Gate, cluster: string, endpoint: Endpoint): Promise<string> {
  const name = `${gate.name}.dev`;
  // Modes only determine failurePolicy, which is overridden here: no lookup is needed.
  const settings: ClusterSettings = { cluster, modeOf: () => "enforce", paramsOf: () => undefined };
  const entries = Object.entries({ [DEFAULT_ENTRY]: {}, ...gate.entries }).map(
    ([entry, definition]) => [entry, { ...definition, failurePolicy: "Ignore" as const }] as const,
  );
  const { objects } = await renderRegistrations({ ...gate, entries: Object.fromEntries(entries) }, settings, endpoint);
  // No canary: no sync manages these registrations.
  const registrations = objects
    .filter((object) => isWebhookConfiguration(object) && object.metadata.name === gate.name)
    .map((object) => {
      const { labels } = object.metadata;
      return { ...object, metadata: { ...object.metadata, name, labels: { ...labels, [GATE_LABEL]: name } } };
    });
  return registrationYaml(registrations, [
    "Sends the reviews of a cluster to postern dev. Apply with kubectl apply --server-side -f FILE.",
    "failurePolicy is Ignore, so that the cluster still works when postern dev is stopped. Use Fail in production.",
  ]);
}
