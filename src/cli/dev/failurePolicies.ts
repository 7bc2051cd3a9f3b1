import type { Gate } from "../../gate/config/defineGate.ts";
import { isWebhookConfiguration } from "../../registration/RegistrationObject.ts";
import { renderRegistrations } from "../../registration/render/renderRegistrations.ts";
import { settingsForCluster } from "../gate/settingsForCluster.ts";

/** More clusters would make each edit slow. */
const MAX_CLUSTERS = 50;

/** The `failurePolicy` that `postern render` prints for each webhook, by cluster and name of the webhook. */
export type FailurePolicies = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * The failure policies of a gate in the first 50 clusters of its table; none where the gate looks its clusters up. They
 * depend on the modes of a cluster. Rejects like `settingsForCluster`.
 */
export async function failurePolicies(gate: Gate): Promise<FailurePolicies> {
  const clusters = typeof gate.clusters === "function" ? [] : Object.keys(gate.clusters).slice(0, MAX_CLUSTERS);
  const found = new Map<string, ReadonlyMap<string, string>>();
  for (const cluster of clusters) {
    const { objects } = await renderRegistrations(gate, await settingsForCluster(gate, cluster));
    // Not the canaries, which have names of their own.
    const webhooks = objects
      .filter(isWebhookConfiguration)
      .filter(({ metadata }) => metadata.name === gate.name)
      .flatMap((object) => object.webhooks);
    found.set(cluster, new Map(webhooks.map(({ name, failurePolicy }) => [name, failurePolicy])));
  }
  return found;
}

/**
 * Two lines for each webhook whose failure policy changed: which one and how, and where its registration has to be applied
 * again. Webhooks and clusters that were added or removed are no changes.
 */
export function failurePolicyChanges(before: FailurePolicies, after: FailurePolicies): string[] {
  const clustersOf = new Map<string, string[]>();
  for (const [cluster, webhooks] of after)
    for (const [webhook, policy] of webhooks) {
      const old = before.get(cluster)?.get(webhook);
      if (old === undefined || old === policy) continue;
      const change = `failurePolicy of ${webhook}: ${old} becomes ${policy}`;
      clustersOf.set(change, [...(clustersOf.get(change) ?? []), cluster]);
    }
  return [...clustersOf].flatMap(([change, [first = "", ...others]]) => [
    change,
    `  render and apply again in ${first}${others.length === 0 ? "" : ` and ${others.length} more`}; postern dev keeps Ignore`,
  ]);
}
