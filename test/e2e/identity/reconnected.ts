import type { ClusterApi } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { MUTATING, VALIDATING } from "../sync/bed/SyncBed.ts";

/**
 * Resolves when each registration was written `count` times more. `loadOverNewConnections` writes them, so that the API server
 * makes new connections and reads its credential again.
 */
export async function reconnected(api: ClusterApi, count: number): Promise<void> {
  const generations = (): Promise<number[]> =>
    Promise.all([VALIDATING, MUTATING].map(async (path) => Number((await api.get(path)).body.metadata.generation)));
  const before = await generations();
  await eventually("new connections", async () => {
    const now = await generations();
    return now.every((generation, index) => generation >= (before[index] ?? 0) + count) || undefined;
  });
}
