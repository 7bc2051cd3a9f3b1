import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { TestNamespace } from "../../cluster/TestNamespace.ts";

const COMPONENT = fileURLToPath(new URL("../../../infra/kubernetes/components/tls-sidecar", import.meta.url));

let cluster: ClusterClient;
let namespace: TestNamespace;
let overlay: string;
beforeAll(async () => {
  cluster = await sharedCluster();
  namespace = await TestNamespace.create(cluster, "tls-sidecar");
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  await cluster.api.merge(`/api/v1/namespaces/${namespace.name}`, { metadata: { labels } });
  overlay = await mkdtemp(join(tmpdir(), "postern-overlay-"));
  const kustomization = { namespace: namespace.name, components: [relative(overlay, COMPONENT)] };
  await writeFile(join(overlay, "kustomization.yaml"), JSON.stringify(kustomization));
});
afterAll(async () => {
  await rm(overlay, { recursive: true });
  cluster.close();
});

it("the kustomize component tls-sidecar applies twice without a change, and its Pods pass the Pod Security level restricted", async () => {
  const first = await cluster.kubectl(["apply", "-k", overlay]);
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: "" });
  const again = await cluster.kubectl(["apply", "-k", overlay]);
  expect(again.stdout.split("\n").filter((line) => line !== "" && !line.endsWith(" unchanged"))).toEqual([]);
  const { body } = await cluster.api.get(namespace.path("apps/v1", "deployments", "tls-sidecar-nginx"));
  const { metadata, spec } = body.spec.template;
  const pod = { metadata: { ...metadata, name: "as-a-pod" }, spec };
  const created = await cluster.api.create(namespace.path("pods"), pod, { query: { dryRun: "All" } });
  expect(created.status, created.body.message).toBe(201);
  const map = spec.volumes.find(({ name }: KubeObject) => name === "config").configMap.name;
  const config = await cluster.api.get(namespace.path("configmaps", map));
  expect(config.body.data["nginx.conf"]).toContain("/run/tls/tls.crt");
});
