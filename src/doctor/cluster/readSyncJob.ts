import type { JsonObject } from "../../protocol/Json.ts";
import { SYNC_NAME, SYSTEM_NAMESPACE } from "../../registration/conditions/guardConditions.ts";
import { asObject, asObjects, asText, asTime } from "./asObject.ts";
import type { ClusterReader } from "./ClusterReader.ts";
import type { SyncDeployment, SyncJob } from "./ClusterView.ts";

/** Reads the CronJob of the sync, or else its Deployment. Undefined if they cannot be read. */
export async function readSyncJob(reader: ClusterReader): Promise<SyncJob | SyncDeployment | "missing" | undefined> {
  const at = (group: string): string => `${group}/namespaces/${SYSTEM_NAMESPACE}`;
  const job = await reader.get(`CronJob/${SYNC_NAME}`, `${at("/apis/batch/v1")}/cronjobs/${SYNC_NAME}`);
  if (job === undefined) return undefined;
  if (job !== "missing") return cronJob(job);
  const deployment = await reader.get(`Deployment/${SYNC_NAME}`, `${at("/apis/apps/v1")}/deployments/${SYNC_NAME}`);
  if (deployment === undefined || deployment === "missing") return deployment;
  const [spec, status] = [asObject(deployment.spec), asObject(deployment.status)];
  return {
    replicas: typeof spec.replicas === "number" ? spec.replicas : 1,
    ready: typeof status.readyReplicas === "number" ? status.readyReplicas : 0,
    version: imageVersion(spec.template),
  };
}

function cronJob(job: JsonObject): SyncJob {
  const [spec, status, metadata] = [asObject(job.spec), asObject(job.status), asObject(job.metadata)];
  return {
    isSuspended: spec.suspend === true,
    createdAt: asTime(metadata.creationTimestamp),
    lastScheduledAt: asTime(status.lastScheduleTime),
    lastSuccessAt: asTime(status.lastSuccessfulTime),
    version: imageVersion(asObject(asObject(spec.jobTemplate).spec).template),
  };
}

/** The version in the tag of the first container's image, such as `registry.example.com:5000/postern:v0.1.0@sha256:…`. */
function imageVersion(template: unknown): string | undefined {
  const [container] = asObjects(asObject(asObject(template).spec).containers);
  const [reference = ""] = (asText(container?.image) ?? "").split("@", 1);
  const tag = reference.slice(reference.lastIndexOf(":") + 1);
  return /^v?(\d{1,6}\.\d{1,6}\.\d{1,6}(?:[-+][\w.-]{1,64})?)$/.exec(tag)?.[1];
}
