import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KubernetesClient } from "../../../../src/kubernetes/KubernetesClient.ts";
import { Lease } from "../../../../src/kubernetes/Lease.ts";
import { SYNC_LEASE, SyncCluster } from "../../../../src/sync/apply/SyncCluster.ts";
import { parseSyncConfig } from "../../../../src/sync/goal/parseSyncConfig.ts";
import { runSync, type SyncRun } from "../../../../src/sync/runSync.ts";
import { viewEndpoint } from "../../../../src/trust/probe/viewEndpoint.ts";

type View = Parameters<typeof runSync>[0]["view"];
type Timeouts = Parameters<typeof viewEndpoint>[1];

/** Runs the sync once in this process, against the real API server. `viewOf` creates its view of the endpoints. */
export async function runSyncInProcess(
  { config: file, kubeconfig }: { readonly config: string; readonly kubeconfig: string },
  viewOf: (timeouts: Timeouts) => View,
): Promise<SyncRun> {
  const config = await parseSyncConfig({
    name: file,
    text: await readFile(file, "utf8"),
    readFile: (path) => readFile(join(dirname(file), path), "utf8"),
  });
  const client = await KubernetesClient.create({ kubeconfig });
  const api = client.ask.bind(client);
  const deps = {
    config,
    apis: async () => ({ apis: [api], isPartial: false }),
    cluster: new SyncCluster(api, config.goal.gate),
    lease: new Lease(api, { ...SYNC_LEASE, holder: "test", durationMs: config.timeouts.leaseMs, now: Date.now }),
    view: viewOf(config.timeouts),
    now: Date.now,
  };
  return runSync(deps, { dryRun: false });
}

/** A view for {@link runSyncInProcess} in which every host name resolves to `addresses`. */
export function viewWithAddresses(addresses: readonly string[]): (timeouts: Timeouts) => View {
  const resolve = async (_: string, family: 4 | 6): Promise<readonly string[]> => (family === 4 ? addresses : []);
  return (timeouts) => (base) => viewEndpoint(base, timeouts, resolve);
}

/** A view for {@link runSyncInProcess} without a network: every handshake fails. */
export const viewWithoutNetwork = (): View => async (base) => ({
  base,
  handshakes: [{ address: "127.0.0.1", fault: "no network" }],
});
