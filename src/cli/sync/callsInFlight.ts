import type { KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import { KubernetesError } from "../../kubernetes/KubernetesError.ts";
import type { SyncConfig } from "../../sync/goal/SyncConfig.ts";
import { inFlightOf } from "../../sync/metrics/inFlightOf.ts";
import type { SyncTarget } from "../../sync/target/SyncTarget.ts";

/**
 * The average number of calls of the gate in flight, from the config or from the metrics of the API server. Undefined
 * when neither is available. An API server without these metrics is reported to `note` and is not an error.
 */
export async function callsInFlight(
  load: SyncConfig["load"],
  targets: readonly SyncTarget[],
  client: Pick<KubernetesClient, "text">,
  note: (text: string) => void,
): Promise<number | undefined> {
  if (load === undefined) return undefined;
  // Little's law: rate times duration.
  if (load !== "api-server") return load.requestsPerSecond * (load.latencyMs / 1000);
  const { status, text } = await client.text("/metrics").catch((error: unknown) => {
    if (error instanceof KubernetesError) return { status: 0, text: error.message };
    throw error;
  });
  const hooks = targets.filter(({ isCanary }) => !isCanary).flatMap((target) => target.hooks);
  const names = new Set(hooks.map(({ name }) => name).filter((name) => name !== ""));
  const calls = status === 200 ? inFlightOf(text, names, Date.now()) : undefined;
  if (calls !== undefined) return calls;
  const reason = status === 200 ? "/metrics does not contain them" : status === 0 ? text : `/metrics: ${status}`;
  note(`load: the API server does not report its calls of the gate: ${reason}`);
  return undefined;
}
