import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KubernetesClient } from "../../src/kubernetes/KubernetesClient.ts";
import { Lease } from "../../src/kubernetes/Lease.ts";
import { SYNC_LEASE, SyncCluster } from "../../src/sync/apply/SyncCluster.ts";
import { parseSyncConfig } from "../../src/sync/goal/parseSyncConfig.ts";
import { runSync, type SyncRun } from "../../src/sync/runSync.ts";
import { viewEndpoint } from "../../src/trust/probe/viewEndpoint.ts";

/** A run against the real API server, for which names have the addresses that are given: as with a resolver of its own. */
export async function runSyncWith(
  { config: file, kubeconfig }: { readonly config: string; readonly kubeconfig: string },
  addresses: readonly string[],
): Promise<SyncRun> {
  const text = await readFile(file, "utf8");
  const config = await parseSyncConfig({
    name: file,
    text,
    readFile: (path) => readFile(join(dirname(file), path), "utf8"),
  });
  const client = await KubernetesClient.create({ kubeconfig });
  const api = client.ask.bind(client);
  const resolve = async (_: string, family: 4 | 6): Promise<readonly string[]> => (family === 4 ? addresses : []);
  const deps = {
    config,
    apis: async () => ({ apis: [api], isPartial: false }),
    cluster: new SyncCluster(api, config.goal.gate),
    lease: new Lease(api, { ...SYNC_LEASE, holder: "test", duration: config.timeouts.lease, now: Date.now }),
    view: (base: string) => viewEndpoint(base, config.timeouts, Date.now, resolve),
    now: Date.now,
  };
  return runSync(deps, { dryRun: false });
}
