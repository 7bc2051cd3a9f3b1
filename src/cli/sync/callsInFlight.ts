import type { KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import { KubernetesError } from "../../kubernetes/KubernetesError.ts";
import type { SyncConfig } from "../../sync/goal/SyncConfig.ts";
import { inFlightOf } from "../../sync/metrics/inFlightOf.ts";
import type { SyncTarget } from "../../sync/target/SyncTarget.ts";

/**
 * Calls of the gate that are under way at any time, as the config says or the API server counts; undefined where neither
 * tells. An API server that does not is said by `note`, and is no reason to fail.
 */
export async function callsInFlight(
  load: SyncConfig["load"],
  targets: readonly SyncTarget[],
  client: Pick<KubernetesClient, "text">,
  note: (text: string) => void,
): Promise<number | undefined> {
  if (load === undefined) return undefined;
  // Little's law: their rate by how long each takes.
  if (load !== "api-server") return load.requestsPerSecond * (load.latency / 1000);
  const { status, text } = await client.text("/metrics").catch((error: unknown) => {
    if (error instanceof KubernetesError) return { status: 0, text: error.message };
    throw error;
  });
  const hooks = targets.filter(({ isCanary }) => !isCanary).flatMap((target) => target.hooks);
  const names = new Set(hooks.map(({ name }) => name).filter((name) => name !== ""));
  const calls = status === 200 ? inFlightOf(text, names, Date.now()) : undefined;
  if (calls !== undefined) return calls;
  const why = status === 200 ? "its /metrics does not say" : status === 0 ? text : `/metrics: ${status}`;
  note(`load: the API server does not tell how much it calls the gate: ${why}`);
  return undefined;
}
