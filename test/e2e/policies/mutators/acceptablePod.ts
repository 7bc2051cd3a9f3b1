import { quantityValue } from "../../../../src/policy/quantity/quantityValue.ts";
import type { KubeObject } from "../../../cluster/ClusterApi.ts";

/** Members of a security context that the API server refuses for Windows. */
const LINUX = [
  "allowPrivilegeEscalation",
  "capabilities",
  "privileged",
  "readOnlyRootFilesystem",
  "runAsUser",
  "seccompProfile",
];

/** A Pod of `anyPod` without what API validation refuses in most of them. */
export function acceptablePod(name: string, metadata: KubeObject, spec: KubeObject): KubeObject {
  const pod = structuredClone({ apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name }, spec });
  delete pod.spec.ephemeralContainers;
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  for (const container of containers) {
    container.image ??= "nginx";
    repairResources(container.resources);
  }
  repairResources(pod.spec.resources, false);
  for (const toleration of pod.spec.tolerations ?? []) repairToleration(toleration);
  const isWindows = pod.spec.os?.name === "windows";
  for (const { securityContext: it } of [pod.spec, ...containers]) {
    if (it === undefined) continue;
    // GeneratedPods has HostProcess Pods.
    delete it.windowsOptions;
    if (isWindows) for (const key of LINUX) delete it[key];
    const isPowerful = it.privileged === true || it.capabilities?.add?.includes("CAP_SYS_ADMIN");
    if (isPowerful && it.allowPrivilegeEscalation === false) delete it.allowPrivilegeEscalation;
  }
  return pod;
}

function repairResources(resources: KubeObject, hasDevices = true): void {
  const { requests = {}, limits = {} } = resources ?? {};
  const device = "nvidia.com/gpu";
  if (!hasDevices || limits[device] === undefined) for (const list of [requests, limits]) delete list[device];
  for (const key of Object.keys(requests))
    if ((quantityValue(requests[key]) ?? 0) > (quantityValue(limits[key]) ?? Number.POSITIVE_INFINITY))
      delete requests[key];
}

function repairToleration(toleration: KubeObject): void {
  if (toleration.key === undefined) toleration.operator = "Exists";
  if (toleration.operator === "Exists") delete toleration.value;
  if (toleration.effect !== "NoExecute") delete toleration.tolerationSeconds;
}
