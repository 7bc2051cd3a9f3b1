import { afterAll, beforeAll, expect, it } from "vitest";
import { SUBRESOURCE_CHANGES } from "../../../src/cli/render/lintSubresources.ts";
import type { ApiAnswer, KubeObject } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { podOf, TestNamespace } from "../../cluster/TestNamespace.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { registerGate } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const GATE = new URL("../gates/subresources.ts", import.meta.url).pathname;

const started = new StartedResources();
let cluster: ClusterClient;
let server: GateServer;
let namespace: TestNamespace;
/** Not selected by the gate. */
let free: TestNamespace;

const resources = { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "64Mi" } };
const container = { name: "app", image: "registry.example.com/app:1", resources };
const spec = { schedulerName: "nobody", containers: [container] };
const labels = { app: "x" };
const template = { metadata: { labels }, spec };
const workload = { replicas: 0, selector: { matchLabels: labels }, template };
const jobSpec = { template: { spec: { ...spec, restartPolicy: "Never" } } };

/** An object of each resource whose `status` changes metadata. */
const objects: Readonly<Record<string, object>> = {
  "v1 pods": { spec },
  "v1 services": { spec: { ports: [{ port: 80 }] } },
  "v1 persistentvolumeclaims": {
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  },
  "v1 resourcequotas": { spec: { hard: { pods: "100" } } },
  "v1 replicationcontrollers": { spec: { replicas: 0, selector: labels, template } },
  "apps/v1 deployments": { spec: workload },
  "apps/v1 statefulsets": { spec: { ...workload, serviceName: "x" } },
  "apps/v1 daemonsets": {
    spec: {
      selector: { matchLabels: labels },
      template: { ...template, spec: { ...spec, nodeSelector: { no: "where" } } },
    },
  },
  "apps/v1 replicasets": { spec: workload },
  "batch/v1 jobs": { spec: { ...jobSpec, suspend: true } },
  "batch/v1 cronjobs": { spec: { suspend: true, schedule: "@daily", jobTemplate: { spec: jobSpec } } },
  "autoscaling/v2 horizontalpodautoscalers": {
    spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "none" } },
  },
  "policy/v1 poddisruptionbudgets": { spec: { minAvailable: 1, selector: { matchLabels: { no: "one" } } } },
  "networking.k8s.io/v1 ingresses": { spec: { defaultBackend: { service: { name: "a", port: { number: 1 } } } } },
};

beforeAll(async () => {
  [cluster, server] = await Promise.all([
    started.add(sharedCluster(), (it) => it.close()),
    started.add(startNodeGate(GATE), (it) => it.stop()),
  ]);
  [namespace, free] = await Promise.all([
    TestNamespace.create(cluster, "subresources"),
    TestNamespace.create(cluster, "subresources-free"),
  ]);
  const isCalled = async (): Promise<boolean> =>
    (await namespace.createPod("probe", {}, { query: { dryRun: "All" } })).status === 403;
  await started.add(registerGate({ cluster, gate: GATE, server, isCalled }), (it) => it.unregister());
});

afterAll(() => started.stop());

/** The lints' knowledge of a subresource: the fields of the metadata that it changes. */
function knownChanges(of: string, subresource: string): string[] {
  return SUBRESOURCE_CHANGES.filter((it) => it.subresource === subresource && it.of?.includes(of))
    .flatMap(({ fields }) => fields)
    .filter((field) => field.startsWith(".metadata."))
    .sort();
}

/** The fields of the metadata that a write of `evil` changed. */
function changes({ metadata }: KubeObject): string[] {
  return ["annotations", "labels"]
    .filter((field) => metadata[field]?.evil === "yes")
    .map((field) => `.metadata.${field}`);
}

const evil = { metadata: { labels: { evil: "yes" }, annotations: { evil: "yes" } } };

it.each(Object.entries(objects))("lintSubresources knows what the status of %s changes", async (at, object) => {
  const [apiVersion = "", plural = ""] = at.split(" ");
  const path = free.path(...(apiVersion === "v1" ? [plural] : [apiVersion, plural]));
  expect(await cluster.api.create(path, { metadata: { name: "one", labels }, ...object })).toMatchObject({
    status: 201,
  });
  expect((await cluster.api.merge(`${path}/one/status`, evil)).status).toBe(200);
  const { body } = await cluster.api.get(`${path}/one`);
  const group = apiVersion.includes("/") ? apiVersion.split("/", 1)[0] : "";
  expect(changes(body)).toEqual(knownChanges(`${group}/${plural}`, "status"));
  await cluster.api.delete(`${path}/one`);
});

it.each([
  { resource: "namespaces", subresource: "status", method: "PATCH" },
  { resource: "namespaces", subresource: "finalize", method: "PUT" },
  { resource: "nodes", subresource: "status", method: "PATCH" },
])("lintSubresources knows what $resource/$subresource changes", async ({ resource, subresource, method }) => {
  const name = `subresources-${subresource}`;
  const path = `/api/v1/${resource}/${name}`;
  await cluster.api.create(`/api/v1/${resource}`, { metadata: { name } });
  try {
    const { body: before } = await cluster.api.get(path);
    const metadata = {
      ...before.metadata,
      labels: { ...before.metadata.labels, ...evil.metadata.labels },
      annotations: evil.metadata.annotations,
    };
    const written: ApiAnswer =
      method === "PUT"
        ? await cluster.api.replace(`${path}/${subresource}`, { ...before, metadata })
        : await cluster.api.merge(`${path}/${subresource}`, evil);
    expect(written.status).toBe(200);
    expect(changes((await cluster.api.get(path)).body)).toEqual(knownChanges(`/${resource}`, subresource));
  } finally {
    await cluster.api.delete(path);
  }
});

it.each([
  { path: "bindings", name: "first" },
  { path: "pods/second/binding", name: "second" },
])("$path changes the metadata of a Pod, and a policy on pods/binding is asked about it", async ({ path, name }) => {
  const binding = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name, ...evil.metadata },
    target: { kind: "Node", name: "nowhere" },
  };
  for (const one of [free, namespace])
    expect((await cluster.api.create(one.path("pods"), podOf(name, { spec }))).body.message).toBeUndefined();
  expect((await cluster.api.create(free.path(...path.split("/")), binding)).body).toMatchObject({ status: "Success" });
  expect(changes((await cluster.api.get(free.path("pods", name))).body)).toEqual(knownChanges("/pods", "binding"));
  const denied = await cluster.api.create(namespace.path(...path.split("/")), binding);
  expect(denied).toMatchObject({ status: 403, body: { message: expect.stringContaining("no-evil: no evil") } });
});

it("a resize of requests to zero is denied by requireResources", async () => {
  await cluster.api.create(namespace.path("pods"), podOf("sized", { spec }));
  const zero = { spec: { containers: [{ name: "app", resources: { requests: { cpu: "0", memory: "0" } } }] } };
  const { status, body } = await cluster.api.call("PATCH", `${namespace.path("pods", "sized")}/resize`, {
    contentType: "application/strategic-merge-patch+json",
    body: zero,
  });
  expect({ status, message: body.message }).toEqual({
    status: 403,
    message: expect.stringContaining("container 'app' must set spec.containers[0].resources.requests.cpu"),
  });
});

it("a scale over the limit is denied by a policy that is asked about deployments/scale", async () => {
  const path = namespace.path("apps/v1", "deployments");
  const metadata = { name: "web" };
  expect((await cluster.api.create(path, { metadata, spec: { ...workload, replicas: 1 } })).status).toBe(201);
  const { status, body } = await cluster.api.merge(`${path}/web/scale`, { spec: { replicas: 9 } });
  expect({ status, message: body.message }).toEqual({
    status: 403,
    message: expect.stringContaining("few-replicas: at most 3 replicas"),
  });
});
