import type { KubeConfig } from "@kubernetes/client-node";
import { TimeLimitError } from "../../http/TimeLimitError.ts";
import { withTimeLimit } from "../../http/withTimeLimit.ts";
import { KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import { KubernetesError } from "../../kubernetes/KubernetesError.ts";
import { loadKubeConfig, withContext } from "../../kubernetes/loadKubeConfig.ts";
import { isShownError } from "../terminal/exitCode.ts";
import { eachTogether } from "./eachTogether.ts";
import type { FleetCluster } from "./FleetCluster.ts";
import type { FleetProgress } from "./FleetProgress.ts";

/** Why a cluster has no answer: it could not be reached in time, its API server refused, or something else went wrong. */
export type FaultKind = "unreachable" | "refused" | "failed";

/** What a cluster answered, or why it did not. */
export type ClusterAnswer<T> =
  | { readonly cluster: FleetCluster; readonly value: T }
  | { readonly cluster: FleetCluster; readonly kind: FaultKind; readonly fault: string };

/** How clusters are asked. */
export interface Asking {
  /** Of each cluster. */
  readonly timeoutMs: number;
  readonly progress: FleetProgress;
}

/** Clusters at one time. An API server takes tens of milliseconds for a call, and a credential plugin a second of CPU time. */
const LIMIT = 16;
/** A cluster that takes longer makes room for another. */
const PATIENCE_MS = 1_000;
/** Of one call, when the time of the cluster is not shorter. */
const CALL_TIMEOUT_MS = 15_000;
/** Credential plugins that client-node runs in a way that stops this process until they end. kubectl does not have them either. */
const BLOCKING = ["azure", "gcp"];

/**
 * Asks each cluster, some at one time and each within its time limit. Whatever one does holds up no other, and its fault is an
 * answer. Throws {@link KubernetesError} only when the kubeconfig that clusters share cannot be used.
 */
export async function askClusters<T>(
  clusters: readonly FleetCluster[],
  { timeoutMs, progress }: Asking,
  ask: (client: KubernetesClient, cluster: FleetCluster, signal: AbortSignal) => Promise<T>,
): Promise<ClusterAnswer<T>[]> {
  const configs = new Map<string | undefined, Promise<KubeConfig>>();
  const configOf = (file: string | undefined): Promise<KubeConfig> => {
    const config = configs.get(file) ?? loadKubeConfig(file);
    configs.set(file, config);
    return config;
  };
  const files = [...new Set(clusters.map(({ kubeconfig }) => kubeconfig))];
  const askOne = async (cluster: FleetCluster): Promise<ClusterAnswer<T>> => {
    progress.begin(cluster.name);
    try {
      const value = await withTimeLimit(timeoutMs, async (signal) => {
        const config = await withContext(await configOf(cluster.kubeconfig), cluster.context);
        checkPlugin(config);
        const limits = { timeoutMs: Math.min(timeoutMs, CALL_TIMEOUT_MS), signal };
        return ask(KubernetesClient.of(config, limits), cluster, signal);
      });
      return { cluster, value };
    } catch (error) {
      return { cluster, ...faultOf(error) };
    } finally {
      progress.end(cluster.name);
    }
  };
  try {
    if (files.length === 1) await configOf(files[0]);
    return await eachTogether(clusters, { limit: LIMIT, patienceMs: PATIENCE_MS }, askOne);
  } finally {
    progress.stop();
  }
}

function checkPlugin(config: KubeConfig): void {
  const name = config.getCurrentUser()?.authProvider?.name;
  if (BLOCKING.includes(name))
    throw new KubernetesError(
      "cluster-unreachable",
      `the kubeconfig has the auth-provider ${name}, which would hold up all clusters; use an exec plugin, as kubectl needs too`,
    );
}

function faultOf(error: unknown): { readonly kind: FaultKind; readonly fault: string } {
  if (error instanceof TimeLimitError)
    return { kind: "unreachable", fault: `no answer within ${error.limitMs / 1_000} s` };
  if (error instanceof KubernetesError)
    return { kind: error.code === "cluster-unreachable" ? "unreachable" : "refused", fault: error.message };
  if (isShownError(error)) return { kind: "failed", fault: error.message };
  // The table of all others is printed all the same.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: "failed", fault: `internal error, a bug in postern: ${text}` };
}
