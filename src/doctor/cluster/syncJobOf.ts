import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { SYNC_NAME, SYSTEM_NAMESPACE } from "../../registration/conditions/guardConditions.ts";
import type { ClusterReader } from "./ClusterReader.ts";
import type { SyncDeployment, SyncJob } from "./ClusterView.ts";

/** How the sync runs in a cluster, and what it did lately: its CronJob, or else its Deployment. Undefined where that cannot be seen. */
export async function syncJobOf(reader: ClusterReader): Promise<SyncJob | SyncDeployment | "missing" | undefined> {
  const at = (group: string): string => `${group}/namespaces/${SYSTEM_NAMESPACE}`;
  const job = await reader.get(`CronJob/${SYNC_NAME}`, `${at("/apis/batch/v1")}/cronjobs/${SYNC_NAME}`);
  if (job === undefined) return undefined;
  if (job !== "missing") return cronJob(job);
  const deployment = await reader.get(`Deployment/${SYNC_NAME}`, `${at("/apis/apps/v1")}/deployments/${SYNC_NAME}`);
  if (deployment === undefined || deployment === "missing") return deployment;
  const [spec, status] = [objectOf(deployment.spec), objectOf(deployment.status)];
  return {
    replicas: typeof spec.replicas === "number" ? spec.replicas : 1,
    ready: typeof status.readyReplicas === "number" ? status.readyReplicas : 0,
  };
}

function cronJob(job: JsonObject): SyncJob {
  const [spec, status, metadata] = [objectOf(job.spec), objectOf(job.status), objectOf(job.metadata)];
  return {
    isSuspended: spec.suspend === true,
    created: timeOf(metadata.creationTimestamp),
    lastScheduled: timeOf(status.lastScheduleTime),
    lastSuccess: timeOf(status.lastSuccessfulTime),
  };
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
