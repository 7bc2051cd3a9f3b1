import type { Gate } from "../../gate/config/defineGate.ts";
import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Endpoint } from "../../registration/render/Endpoint.ts";
import { DEFAULT_ENTRY } from "../../registration/render/gateEntries.ts";
import { isWebhookConfiguration } from "../../registration/render/RegistrationObject.ts";
import { GATE_LABEL, renderRegistrations } from "../../registration/render/renderRegistrations.ts";
import { registrationYaml } from "../render/registrationYaml.ts";

/**
 * Registrations for a gate that runs locally, in YAML that can be applied as it is: under a name of their own, so that
 * they take no other's place, and with `failurePolicy: Ignore`, so that a `postern dev` that was stopped does not hold
 * up a cluster.
 */
export async function devRegistration(gate: Gate, cluster: string, endpoint: Endpoint): Promise<string> {
  const name = `${gate.name}.dev`;
  // Modes decide about failurePolicy only, which is overridden: a lookup need not be asked.
  const settings: ClusterSettings = { cluster, modeOf: () => "enforce", paramsOf: () => undefined };
  const entries = Object.entries({ [DEFAULT_ENTRY]: {}, ...gate.entries }).map(
    ([entry, definition]) => [entry, { ...definition, failurePolicy: "Ignore" as const }] as const,
  );
  const { objects } = await renderRegistrations({ ...gate, entries: Object.fromEntries(entries) }, settings, endpoint);
  // No canary: there is no sync to look after them.
  const registrations = objects
    .filter((object) => isWebhookConfiguration(object) && object.metadata.name === gate.name)
    .map((object) => {
      const { labels } = object.metadata;
      return { ...object, metadata: { ...object.metadata, name, labels: { ...labels, [GATE_LABEL]: name } } };
    });
  return registrationYaml(registrations, [
    "Sends a cluster's reviews to postern dev: kubectl apply --server-side -f this file.",
    "failurePolicy is Ignore, so that the cluster goes on when postern dev is stopped; production wants Fail.",
  ]);
}
