import { clusterSettings } from "../../src/gate/config/clusterSettings.ts";
import { defineGate, type GateDefinition } from "../../src/gate/config/defineGate.ts";
import type { Match } from "../../src/policy/define/Match.ts";
import { type Policy, policy } from "../../src/policy/define/policy.ts";
import { isWebhookConfiguration, type Webhook } from "../../src/registration/RegistrationObject.ts";
import { renderRegistrations } from "../../src/registration/render/renderRegistrations.ts";

/** A validator that allows everything. */
export function validator(name: string, match: Match): Policy {
  return policy({ name, match, validate: () => undefined });
}

/** A mutator that changes nothing. */
export function mutator(name: string, match: Match): Policy {
  return policy({ name, match, mutate: () => undefined });
}

/** The rendered webhooks of a gate by name, without the canary. For the first cluster of the gate, by default one where every policy enforces. */
export async function webhooksOf(
  definition: Partial<GateDefinition> & Pick<GateDefinition, "policies">,
): Promise<Record<string, Webhook>> {
  const gate = defineGate({ clusters: { c: { identity: "none" } }, ...definition });
  const [[cluster, data] = ["c", {}]] = Object.entries(gate.clusters);
  const settings = clusterSettings(cluster, data, gate, true);
  const { objects } = await renderRegistrations(gate, settings, { url: "https://gate.example.com" });
  const webhooks = objects.filter(isWebhookConfiguration).flatMap((object) => object.webhooks);
  return Object.fromEntries(
    webhooks
      .filter(({ name }) => !name.startsWith("canary."))
      .map((webhook) => [webhook.name.replace(`.${gate.name}.postern.dev`, ""), webhook]),
  );
}

/** The one webhook that calls some validators. */
export async function webhookFor(...policies: readonly Policy[]): Promise<Webhook> {
  const { "default.validate": webhook } = await webhooksOf({ policies });
  if (webhook === undefined) throw new Error("no webhook is rendered");
  return webhook;
}
