import { clusterSettings } from "../../src/gate/config/clusterSettings.ts";
import { defineGate, type GateDefinition } from "../../src/gate/config/defineGate.ts";
import { type Policy, policy } from "../../src/policy/define/policy.ts";
import type { Match } from "../../src/policy/match/Match.ts";
import { isWebhookConfiguration, type Webhook } from "../../src/registration/render/RegistrationObject.ts";
import { renderRegistrations } from "../../src/registration/render/renderRegistrations.ts";

/** A validator that has nothing to say about what it matches. */
export function validator(name: string, match: Match): Policy {
  return policy({ name, match, validate: () => undefined });
}

/** A mutator that changes nothing. */
export function mutator(name: string, match: Match): Policy {
  return policy({ name, match, mutate: () => undefined });
}

/** The webhooks that are rendered for a gate, without the canary, by name. The cluster is the first of the gate's, or one where all enforce. */
export async function webhooksOf(
  definition: Partial<GateDefinition> & Pick<GateDefinition, "policies">,
): Promise<Record<string, Webhook>> {
  const gate = defineGate({ clusters: { c: {} }, ...definition });
  const [[cluster, data] = ["c", {}]] = Object.entries(gate.clusters);
  const settings = clusterSettings(cluster, data, gate.policies, true);
  const { objects } = await renderRegistrations(gate, settings, { url: "https://gate.example.com" });
  const webhooks = objects.filter(isWebhookConfiguration).flatMap((object) => object.webhooks);
  return Object.fromEntries(
    webhooks
      .filter(({ name }) => !name.startsWith("canary."))
      .map((webhook) => [webhook.name.replace(`.${gate.name}.postern.dev`, ""), webhook]),
  );
}

/** The one webhook that some validators are called by. */
export async function webhookFor(...policies: readonly Policy[]): Promise<Webhook> {
  const { "default.validate": webhook } = await webhooksOf({ policies });
  if (webhook === undefined) throw new Error("nothing is called");
  return webhook;
}
