import { expect, it } from "vitest";
import { RolloutCluster } from "../../src/rollout/RolloutCluster.ts";
import { RolloutApi } from "./RolloutApi.ts";

it("RolloutCluster.inProgress lists rollouts next to a workload with an unreadable state", async () => {
  const api = new RolloutApi();
  for (const name of ["bad", "gate"]) {
    const { metadata } = api.workload("deployments", name, { annotations: { "postern.dev/rollout-state": "{}" } });
    metadata.labels = { "postern.dev/rollout-in-progress": "true" };
  }
  expect(await api.cluster.inProgress("gates")).toEqual([
    { namespace: "gates", ref: { kind: "Deployment", name: "bad" } },
    { namespace: "gates", ref: { kind: "Deployment", name: "gate" } },
  ]);
});

it("RolloutCluster throws stopped without a call when this process no longer leads", async () => {
  const api = new RolloutApi();
  let isLeading = true;
  const cluster = new RolloutCluster(api.ask, () => isLeading);
  api.workload("deployments", "gate");
  await cluster.workload("gates", { kind: "Deployment", name: "gate" });
  isLeading = false;
  await expect(cluster.workload("gates", { kind: "Deployment", name: "gate" })).rejects.toMatchObject({
    code: "stopped",
  });
  expect(api.calls.length).toBe(1);
});
