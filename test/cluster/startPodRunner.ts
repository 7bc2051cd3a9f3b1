import { join } from "node:path";
import type { Cluster } from "./Cluster.ts";
import { eventually } from "./eventually.ts";
import { freePorts } from "./freePorts.ts";

/** What a Pod's spec needs to land on the pod runner's node. */
export const ON_POD_RUNNER = {
  nodeSelector: { "postern.dev/runner": "process" },
  tolerations: [{ key: "postern.dev/runner", operator: "Exists" }],
} as const;

/** A node that runs Pods as local processes (`podrunner`), and stands for Services. */
export interface PodRunner {
  readonly node: string;
  /** Holds logs and volumes. */
  readonly root: string;
}

/** Starts the node `name` and waits until it is ready. It is stopped with the cluster, and its Pods' processes with it. */
export async function startPodRunner(cluster: Cluster, name = "process-1"): Promise<PodRunner> {
  const root = join(cluster.place.folder, "pods");
  const [port = 0] = await freePorts(1);
  // Of two processes that each run a cluster, Pods with the same port would be at the same address.
  const addresses = `127.1.${process.pid % 256}.0/24`;
  await cluster.runComponent("pod-runner", [
    `--node=${name}`,
    `--root=${root}`,
    "--service-proxy",
    `--pod-cidr=${addresses}`,
    // For kubectl logs and exec, which come through the API server.
    `--port=${port}`,
    `--client-ca=${join(cluster.place.folder, "ca.pem")}`,
  ]);
  await eventually(`node ${name} to be ready`, async () => {
    const { status, body } = await cluster.api.get(`/api/v1/nodes/${name}`);
    const conditions: { type: string; status: string }[] = body.status?.conditions ?? [];
    return status === 200 && conditions.some(({ type, status }) => type === "Ready" && status === "True")
      ? true
      : undefined;
  });
  return { node: name, root };
}
