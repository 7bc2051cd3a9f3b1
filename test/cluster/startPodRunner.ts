import { join } from "node:path";
import { eventually } from "../run/eventually.ts";
import type { Cluster } from "./Cluster.ts";
import { freePorts } from "./freePorts.ts";
import { holdAddress } from "./holdAddress.ts";

/** What a Pod's spec needs to land on the pod runner's node. */
export const ON_POD_RUNNER = {
  nodeSelector: { "postern.dev/runner": "process" },
  tolerations: [{ key: "postern.dev/runner", operator: "Exists" }],
} as const;

/** Held at the last address of a network, which no Pod gets. */
const HELD_PORT = 16_443;

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
  const addresses = await reservePodNetwork();
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

/** Addresses that no other pod runner on this machine gives to Pods: two with the same port would be in each other's way. */
async function reservePodNetwork(): Promise<string> {
  for (let number = 0; number <= 255; number += 1)
    if (await holdAddress(`127.1.${number}.255`, HELD_PORT)) return `127.1.${number}.0/24`;
  throw new Error("no network for Pods is left: all from 127.1.0.0/24 to 127.1.255.0/24 are taken");
}
