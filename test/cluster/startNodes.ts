import { eventually } from "../run/eventually.ts";
import type { Cluster } from "./Cluster.ts";

const SIZE = { cpu: "1000", memory: "1Ti", pods: "1000" };

/**
 * Starts kwok and creates nodes whose Pods are Ready immediately and run no process. Resolves when the nodes are ready.
 */
export async function startNodes(cluster: Cluster, names: readonly string[]): Promise<void> {
  await cluster.runComponent("kwok", [
    "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
    "--node-lease-duration-seconds=8",
  ]);
  for (const name of names) {
    const { status, body } = await cluster.api.create("/api/v1/nodes", {
      metadata: {
        name,
        annotations: { "kwok.x-k8s.io/node": "fake" },
        labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" },
      },
      status: { allocatable: SIZE, capacity: SIZE },
    });
    if (status !== 201) throw new Error(`node ${name}: ${body.message}`);
    await eventually(`node ${name} to be ready`, async () => {
      const node = (await cluster.api.get(`/api/v1/nodes/${name}`)).body;
      const ready = node.status?.conditions?.find(({ type }: { type: string }) => type === "Ready");
      const isTainted = (node.spec.taints ?? []).length > 0;
      return ready?.status === "True" && !isTainted ? true : undefined;
    });
  }
}
