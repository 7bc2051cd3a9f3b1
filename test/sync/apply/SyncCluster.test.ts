import { beforeAll, describe, expect, it } from "vitest";
import { KubernetesError } from "../../../src/kubernetes/KubernetesError.ts";
import { SyncCluster } from "../../../src/sync/apply/SyncCluster.ts";
import type { TargetWrite } from "../../../src/sync/target/TargetWrite.ts";
import { makeCas, SyncWorld } from "../SyncWorld.ts";

let write: TargetWrite;
beforeAll(async () => {
  const world = new SyncWorld(
    await makeCas(1),
    { gate: "g", cluster: "prod", url: undefined, soakMs: 1_000 },
    [0],
    [0],
  );
  const [target] = world.targets;
  if (target === undefined) throw new Error("the world has no target");
  write = { target, hooks: target.hooks, state: {} };
});

const answering = (status: number) => new SyncCluster(async () => ({ status, body: { message: "no" } }), "g");

describe("SyncCluster", () => {
  it.each([
    [
      "refuses",
      answering(403),
      { name: "KubernetesError", code: "cluster-refused", message: /cannot be listed: 403 no$/ },
    ],
    [
      "does not answer",
      new SyncCluster(() => Promise.reject(new Error("connection reset")), "g"),
      { name: "KubernetesError", code: "cluster-unreachable", message: /^connection reset$/ },
    ],
    [
      "does not answer the client",
      new SyncCluster(() => Promise.reject(new KubernetesError("cluster-unreachable", "no route")), "g"),
      { name: "KubernetesError", code: "cluster-unreachable", message: /^no route$/ },
    ],
  ])("targets throws a KubernetesError when the API server %s", async (_, cluster, { message, ...error }) => {
    await expect(cluster.targets()).rejects.toMatchObject({ ...error, message: expect.stringMatching(message) });
  });

  it.each([
    [403, "KubernetesError", "cluster-refused"],
    [500, "KubernetesError", "cluster-refused"],
    [404, "SyncError", "changed-in-between"],
    [409, "SyncError", "changed-in-between"],
  ])("write after a status %i throws a %s with the code %s", async (status, name, code) => {
    await expect(answering(status).write(write)).rejects.toMatchObject({ name, code });
  });
});
