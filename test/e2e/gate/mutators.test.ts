import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { ApiAnswer, KubeObject } from "../../cluster/ClusterApi.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { startNodes } from "../../cluster/startNodes.ts";
import { podOf } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { registerGate } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const GATE = new URL("../gates/mutators.ts", import.meta.url).pathname;
const DRY = { query: { dryRun: "All" } };
/** Long enough for a controller to make several dozen objects, if it makes them without end. */
const WATCH_MS = 5_000;

const started = new StartedResources();
let cluster: Cluster;

const core = (namespace: string, path: string): string => `/api/v1/namespaces/${namespace}/${path}`;
const apps = (namespace: string, path: string): string => `/apis/apps/v1/namespaces/${namespace}/${path}`;
const batch = (namespace: string, path: string): string => `/apis/batch/v1/namespaces/${namespace}/${path}`;

const template = (labels: object, more: object = {}): object => ({
  metadata: { labels },
  spec: { ...podOf("x", {}).spec, ...more },
});
const deployment = (name: string, replicas: number): object => ({
  metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: template({ app: name }) },
});
const job = (name: string): object => ({
  metadata: { name },
  spec: {
    completions: 2,
    parallelism: 1,
    // No node has this label until a test sets it.
    template: template({ app: name }, { restartPolicy: "Never", nodeSelector: { jobs: "run" } }),
  },
});

/** Creates an object. Throws with the message of the API server. */
async function create(path: string, body: object): Promise<KubeObject> {
  return succeeded(await cluster.api.create(path, body));
}

function succeeded({ status, body }: ApiAnswer): KubeObject {
  if (status >= 300) throw new Error(`${status} ${body.message}`);
  return body;
}

async function list(path: string, labelSelector = ""): Promise<KubeObject[]> {
  return succeeded(await cluster.api.get(path, { query: { labelSelector } })).items;
}

async function becomesAvailable(path: string, replicas: number): Promise<KubeObject> {
  return eventually(`${path} to be available`, async () => {
    const body = succeeded(await cluster.api.get(path));
    return body.status?.availableReplicas === replicas ? body : undefined;
  });
}

/** Creates the objects that are older than the gate, and then registers it. */
beforeAll(async () => {
  const [, server] = await Promise.all([
    started
      .add(startCluster({ controllers: true }), (it) => it.stop())
      .then((it) => {
        cluster = it;
      }),
    started.add(startNodeGate(GATE), (it) => it.stop()),
  ]);
  await startNodes(cluster, ["node-1"]);
  await create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", fleetDefinition);
  for (const name of ["old", "new", "quota", "daemons", "sidecars"]) {
    await create("/api/v1/namespaces", { metadata: { name } });
    await eventually(`the ServiceAccount of ${name}`, async () => {
      const { status } = await cluster.api.get(core(name, "serviceaccounts/default"));
      return status === 200 ? true : undefined;
    });
  }
  await create(apps("old", "deployments"), deployment("web", 2));
  await create(apps("old", "deployments"), deployment("orders", 1));
  await create(batch("old", "jobs"), job("import"));
  await create(core("old", "pods"), podOf("bare", { labels: { app: "bare" } }));
  await create(apps("old", "statefulsets"), {
    ...deployment("db", 1),
    spec: { ...Object(deployment("db", 1)).spec, serviceName: "db" },
  });
  await becomesAvailable(apps("old", "deployments/web"), 2);
  await becomesAvailable(apps("old", "deployments/orders"), 1);
  await becomesAvailable(apps("old", "statefulsets/db"), 1);
  await registerGate({
    cluster,
    gate: GATE,
    server,
    isCalled: async () => {
      const { body } = await cluster.api.create(core("new", "pods"), podOf("probe", {}), DRY);
      const other = await cluster.api.create(core("sidecars", "pods"), podOf("probe", {}), DRY);
      return body.spec?.containers[0].imagePullPolicy === "Always" && other.body.spec?.initContainers?.length === 2;
    },
  });
});

afterAll(() => started.stop());

const fleetDefinition = {
  metadata: { name: "fleets.mutators.postern.dev" },
  spec: {
    group: "mutators.postern.dev",
    scope: "Namespaced",
    names: { plural: "fleets", kind: "Fleet" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

it("an old Deployment whose ReplicaSet is deleted gets one new ReplicaSet", async () => {
  const [before] = await list(apps("old", "replicasets"), "app=web");
  succeeded(await cluster.api.delete(apps("old", `replicasets/${before.metadata.name}`)));
  await eventually("a new ReplicaSet with its Pods", async () => {
    const [one] = await list(apps("old", "replicasets"), "app=web");
    return one?.metadata.uid !== before.metadata.uid && one?.status?.availableReplicas === 2 ? true : undefined;
  });
  await sleep(WATCH_MS);
  const after = await list(apps("old", "replicasets"), "app=web");
  const { status } = succeeded(await cluster.api.get(apps("old", "deployments/web")));
  expect(after).toHaveLength(1);
  expect(status.collisionCount ?? 0).toBe(0);
  expect(status.availableReplicas).toBe(2);
  // The Pods are new, so they are mutated; the ReplicaSet's template is not.
  const pods = await list(core("old", "pods"), "app=web");
  expect(pods.map(({ spec }) => spec.containers[0].imagePullPolicy)).toEqual(["Always", "Always"]);
  expect(pods.map(({ metadata }) => metadata.labels.team)).toEqual(["core", "core"]);
  expect(after[0].spec.template.spec.containers[0].imagePullPolicy).toBe("IfNotPresent");
  expect(after[0].metadata.labels).toMatchObject({ app: "web", seen: "yes" });
});

it("a rollout of an old Deployment completes with one more ReplicaSet", async () => {
  const path = apps("old", "deployments/orders");
  const image = [
    { op: "replace", path: "/spec/template/spec/containers/0/image", value: "registry.example.com/app:2" },
  ];
  succeeded(await cluster.api.call("PATCH", path, { contentType: "application/json-patch+json", body: image }));
  await eventually("the rollout to complete", async () => {
    const sets = await list(apps("old", "replicasets"), "app=orders");
    const running = sets.filter(({ status }) => status.replicas > 0);
    return sets.length === 2 && running.length === 1 && running[0].status.availableReplicas === 1 ? true : undefined;
  });
  await sleep(WATCH_MS);
  expect(await list(apps("old", "replicasets"), "app=orders")).toHaveLength(2);
  const { status, spec } = succeeded(await cluster.api.get(path));
  expect(status.collisionCount ?? 0).toBe(0);
  expect(spec.template.spec.containers[0].imagePullPolicy).toBe("Always");
  expect(spec.template.metadata.labels).toEqual({ app: "orders", team: "core" });
});

it("an old Job ends", async () => {
  succeeded(await cluster.api.merge("/api/v1/nodes/node-1", { metadata: { labels: { jobs: "run" } } }));
  const { status } = await eventually("the Job to complete", async () => {
    const body = succeeded(await cluster.api.get(batch("old", "jobs/import")));
    return body.status?.completionTime === undefined ? undefined : body;
  });
  expect(status.succeeded).toBe(2);
  expect(status.uncountedTerminatedPods ?? {}).toEqual({});
});

it.each([
  ["a bare Pod", core("old", "pods/bare")],
  ["a Job", batch("old", "jobs/import")],
  ["a StatefulSet", apps("old", "statefulsets/db")],
])("kubectl annotates an old object: %s", async (_what, path) => {
  const { status, body, warnings } = await cluster.api.merge(path, { metadata: { annotations: { note: "x" } } });
  expect({ status, message: body.message, warnings }).toEqual({ status: 200, message: undefined, warnings: [] });
  expect(body.metadata.annotations.note).toBe("x");
});

it("kubectl debug of an old Pod works", async () => {
  const path = core("old", "pods/bare");
  const debugged = await cluster.api.call("PATCH", `${path}/ephemeralcontainers`, {
    contentType: "application/strategic-merge-patch+json",
    body: { spec: { ephemeralContainers: [{ name: "debug", image: "registry.example.com/debug:1" }] } },
  });
  expect(succeeded(debugged).spec.ephemeralContainers).toHaveLength(1);
});

it("a new workload is mutated, except for the labels in its selector, and makes as many Pods as it should", async () => {
  await create(core("quota", "resourcequotas"), { metadata: { name: "pods" }, spec: { hard: { pods: "10" } } });
  const made = await create(apps("quota", "deployments"), deployment("web", 1));
  expect(made.spec.template.spec.containers[0].imagePullPolicy).toBe("Always");
  expect(made.spec.template.metadata.labels).toEqual({ app: "web", team: "core" });
  await becomesAvailable(apps("quota", "deployments/web"), 1);
  await sleep(WATCH_MS);
  expect(await list(core("quota", "pods"))).toHaveLength(1);
  expect(await list(apps("quota", "replicasets"))).toHaveLength(1);
  const [pod] = await list(core("quota", "pods"), "app=web");
  expect(pod.metadata.labels.team).toBe("core");
});

it("a DaemonSet has one Pod on each node, although a mutator replaces affinity, labels and owners of its Pods", async () => {
  await create(apps("daemons", "daemonsets"), {
    metadata: { name: "agent" },
    spec: { selector: { matchLabels: { app: "agent" } }, template: template({ app: "agent" }) },
  });
  await eventually("the DaemonSet to be ready", async () => {
    const { status } = succeeded(await cluster.api.get(apps("daemons", "daemonsets/agent")));
    return status?.numberReady === 1 ? true : undefined;
  });
  await sleep(WATCH_MS);
  const pods = await list(core("daemons", "pods"));
  expect(pods).toHaveLength(1);
  expect(pods[0].metadata.labels).toMatchObject({ app: "agent", team: "core" });
  expect(pods[0].spec.affinity).toMatchObject({ podAntiAffinity: {}, nodeAffinity: {} });
});

it("the Jobs of a CronJob end", async () => {
  const cronJob = await create(batch("new", "cronjobs"), {
    metadata: { name: "nightly" },
    spec: {
      schedule: "@daily",
      jobTemplate: { spec: { template: template({ app: "nightly" }, { restartPolicy: "Never" }) } },
    },
  });
  expect(cronJob.spec.jobTemplate.spec.template.metadata.labels.app).toBe("platform");
  const { spec } = cronJob.spec.jobTemplate;
  await create(batch("new", "jobs"), {
    metadata: {
      name: "nightly-1",
      ownerReferences: [
        { apiVersion: "batch/v1", kind: "CronJob", name: "nightly", uid: cronJob.metadata.uid, controller: true },
      ],
    },
    spec,
  });
  await eventually("the Job to complete", async () => {
    const body = succeeded(await cluster.api.get(batch("new", "jobs/nightly-1")));
    return body.status?.completionTime;
  });
});

it("the template of a PodTemplate, and that of a named kind, are mutated", async () => {
  const podTemplate = await create(core("new", "podtemplates"), { metadata: { name: "t" }, template: template({}) });
  expect(podTemplate.template.spec.containers[0].imagePullPolicy).toBe("Always");
  const fleet = await create("/apis/mutators.postern.dev/v1/namespaces/new/fleets", {
    apiVersion: "mutators.postern.dev/v1",
    kind: "Fleet",
    metadata: { name: "f" },
    spec: { template: template({ a: "b" }) },
  });
  expect(fleet.spec.template.spec.containers[0].imagePullPolicy).toBe("Always");
});

const namesOf = (containers: KubeObject[] | undefined): string[] => (containers ?? []).map(({ name }) => name);

it("an init container that has to come first does so although a later webhook put one before it", async () => {
  const { spec } = await create(core("sidecars", "pods"), podOf("linux", {}));
  expect(namesOf(spec.initContainers)).toEqual(["mesh", "vault"]);
  const [mesh, vault] = spec.initContainers;
  expect(mesh).toMatchObject({ args: ["run"], restartPolicy: "Always" });
  expect(mesh.env).toBeUndefined();
  expect(mesh.volumeMounts).toHaveLength(1);
  expect(vault.env).toEqual([{ name: "VAULT", value: "1" }]);
});

it("an impostor of the sidecar becomes what is declared", async () => {
  const impostor = {
    name: "mesh",
    image: "registry.example.com/mesh:1",
    restartPolicy: "Always",
    args: ["run"],
    command: ["/bin/true"],
    env: [{ name: "MESH_OFF", value: "1" }],
    securityContext: { privileged: true },
  };
  const { spec } = await create(core("sidecars", "pods"), podOf("impostor", { spec: { initContainers: [impostor] } }));
  expect(namesOf(spec.initContainers)).toEqual(["mesh", "vault"]);
  const [{ command, env, securityContext }] = spec.initContainers;
  expect({ command, env, securityContext }).toEqual({});
});

it("a Windows Pod gets no Linux sidecar", async () => {
  for (const more of [{ os: { name: "windows" } }, { nodeSelector: { "kubernetes.io/os": "windows" } }]) {
    const { body } = await cluster.api.create(core("sidecars", "pods"), podOf("windows", { spec: more }), DRY);
    expect(namesOf(body.spec.initContainers)).toEqual(["vault"]);
  }
});

it("a mirror Pod is left alone", async () => {
  const pod = podOf("mirror", {
    annotations: { "kubernetes.io/config.mirror": "x" },
    spec: { nodeName: "node-1", automountServiceAccountToken: false },
  });
  const roles = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
  const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:nodes" }];
  await create(roles, { metadata: { name: "nodes" }, roleRef, subjects });
  const kubelet = { as: "system:node:node-1", group: "system:nodes" };
  const { spec, metadata } = await eventually("the kubelet to create the Pod", async () => {
    const { status, body } = await cluster.api.create(core("new", "pods"), pod, kubelet);
    return status === 201 ? body : undefined;
  });
  expect(spec.containers[0].imagePullPolicy).toBe("IfNotPresent");
  expect(metadata.labels ?? {}).toEqual({});
});
