import { join } from "node:path";
import { eventually } from "../run/eventually.ts";
import type { Cluster } from "./Cluster.ts";
import { freePorts } from "./ports/freePorts.ts";
import { holdAddress } from "./ports/holdAddress.ts";

/** Fields of a Pod's spec that schedule the Pod to the Pod runner's node. */
export const ON_POD_RUNNER = {
  nodeSelector: { "postern.dev/runner": "process" },
  tolerations: [{ key: "postern.dev/runner", operator: "Exists" }],
} as const;

/** The port at the last address of a network that marks it as taken. No Pod has that address. */
const HELD_PORT = 16_443;

/** A node that runs Pods as local processes and proxies Services. */
export interface PodRunner {
  readonly node: string;
  /** Folder of the logs and volumes. */
  readonly root: string;
}

/** Starts a node and resolves when it is ready. It stops with the cluster, together with the processes of its Pods. */
export async function startPodRunner(cluster: Cluster, name = "process-1"): Promise<PodRunner> {
  const root = join(cluster.place.folder, "pods");
  const [port = 0] = await freePorts(1);
  const addresses = await reservePodNetwork();
  await cluster.runComponent("pod-runner", [
    `--node=${name}`,
    `--root=${root}`,
    "--service-proxy",
    `--pod-cidr=${addresses}`,
    // For kubectl logs and kubectl exec, which the API server proxies.
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

/**
 * Reserves Pod addresses that no other Pod runner on this machine uses. Otherwise, servers with the same port would
 * collide.
 */
async function reservePodNetwork(): Promise<string> {
  for (let number = 0; number <= 255; number += 1)
    if (await holdAddress(`127.1.${number}.255`, HELD_PORT)) return `127.1.${number}.0/24`;
  throw new Error("no network for Pods is free: all from 127.1.0.0/24 to 127.1.255.0/24 are in use");
}
