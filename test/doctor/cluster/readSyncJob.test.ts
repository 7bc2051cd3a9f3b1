import { expect, it } from "vitest";
import { ClusterReader } from "../../../src/doctor/cluster/ClusterReader.ts";
import { readSyncJob } from "../../../src/doctor/cluster/readSyncJob.ts";
import type { KubernetesApi } from "../../../src/kubernetes/KubernetesApi.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";

/** A cluster whose sync is a CronJob or a Deployment with an image. */
function readerOf(kind: "cronjobs" | "deployments", image: unknown): ClusterReader {
  const template = {
    spec: {
      containers: [
        { name: "sync", image },
        { name: "other", image: "other:9.9.9" },
      ],
    },
  };
  const spec = kind === "cronjobs" ? { jobTemplate: { spec: { template } } } : { template };
  const body = { spec, metadata: {}, status: {} } as JsonObject;
  const api: KubernetesApi = async ({ path }) =>
    path.includes(`/${kind}/`) ? { status: 200, body } : { status: 404, body: {} };
  return new ClusterReader(api, Date.now);
}

it.each([
  ["postern:0.2.0", "0.2.0"],
  ["registry.example.com:5000/postern:v1.2.3@sha256:ab", "1.2.3"],
  ["registry.example.com/postern:1.2.3-rc.1", "1.2.3-rc.1"],
  ["registry.example.com:1.2.3/postern", undefined],
  ["postern@sha256:ab", undefined],
  ["postern:latest", undefined],
  ["postern:1.2", undefined],
  ["postern:1.2.3.4", undefined],
  ["postern", undefined],
  [7, undefined],
])("the version of the sync with the image %j is %s", async (image, version) => {
  expect(await readSyncJob(readerOf("cronjobs", image))).toMatchObject({ isSuspended: false, version });
  expect(await readSyncJob(readerOf("deployments", image))).toMatchObject({ ready: 0, version });
});
