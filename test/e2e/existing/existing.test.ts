import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { startNodes } from "../../cluster/startNodes.ts";
import { eventually } from "../../run/eventually.ts";
import { apiPathOf } from "../api/apiPathOf.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { registerGate } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";
import {
  badContainer,
  DRAINED_NODE,
  doomed,
  drained,
  fleetCrd,
  goodContainer,
  goodTemplate,
  IN_FORCE,
  mended,
  STILL_NODE,
  workloads,
} from "./workloads.ts";

const GATE = fileURLToPath(new URL("../gates/existing.ts", import.meta.url));
const NAMESPACE = "existing-1";
const DOOMED = "existing-2";
const DRY = { query: { dryRun: "All" } };
const APPS = `/apis/apps/v1/namespaces/${NAMESPACE}`;
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
const EVIL = "registry.example.com/evil:latest";

const started = new StartedResources();
let cluster: Cluster;

const inNamespace = (object: KubeObject, namespace: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, namespace },
});

async function create(object: KubeObject): Promise<void> {
  const { status, body } = await cluster.api.create(apiPathOf(object).collection, object);
  if (status !== 201) throw new Error(`${object.kind} ${object.metadata.name}: ${status} ${body.message}`);
}

const read = async (path: string): Promise<KubeObject> => (await cluster.api.get(path)).body;
/** The Pods of an app that are not in deletion. */
const podsOf = async (app: string): Promise<KubeObject[]> =>
  (await read(`${PODS}?labelSelector=${encodeURIComponent(`app=${app}`)}`)).items;
const gone = (path: string): Promise<true> =>
  eventually(`${path} to be deleted`, async () => ((await cluster.api.get(path)).status === 404 ? true : undefined));
const kubectl = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await cluster.kubectl(["--namespace", NAMESPACE, ...args]);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout + stderr;
};

/** Starts a cluster with workloads that break policies, and then registers the policies in mode enforce. */
beforeAll(async () => {
  cluster = await started.add(startCluster({ controllers: true }), (one) => one.stop());
  await startNodes(cluster, ["node-1", "node-2", DRAINED_NODE]);
  const size = { cpu: "8", memory: "8Gi", pods: "10" };
  const status = { allocatable: size, capacity: size };
  await create({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: STILL_NODE },
    spec: { unschedulable: true },
    status,
  });
  await create(fleetCrd);
  for (const name of [NAMESPACE, DOOMED]) {
    await create({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: IN_FORCE } });
    await eventually(`the ServiceAccount of ${name}`, async () =>
      (await cluster.api.get(`/api/v1/namespaces/${name}/serviceaccounts/default`)).status === 200 ? true : undefined,
    );
  }
  await eventually("the CustomResourceDefinition to be served", async () =>
    (await cluster.api.get(`/apis/existing.postern.dev/v1/namespaces/${NAMESPACE}/fleets`)).status === 200
      ? true
      : undefined,
  );
  for (const object of [...workloads, ...drained, mended]) await create(inNamespace(object, NAMESPACE));
  for (const object of doomed) await create(inNamespace(object, DOOMED));
  await eventually("all Pods to run", async () => {
    const { items } = await read(PODS);
    const running = items.filter((pod: KubeObject) => pod.status.phase === "Running");
    const waiting = items.filter((pod: KubeObject) => pod.spec.nodeName === STILL_NODE);
    return waiting.length === 2 && running.length + waiting.length === items.length && running.length >= 28
      ? true
      : undefined;
  });
  const server = await started.add(startNodeGate(GATE), (one) => one.stop());
  await registerGate({
    cluster,
    gate: GATE,
    server,
    isCalled: async () => {
      const bad = { metadata: { name: "probe" }, spec: { containers: [badContainer] } };
      return (await cluster.api.create(PODS, bad, DRY)).status === 403;
    },
  });
});

afterAll(() => started.stop());

describe("objects from before the policies", () => {
  it("are twenty workloads of all kinds, and a new one of each kind with a Pod template is denied", async () => {
    expect(workloads.length).toBe(20);
    const templated = workloads.filter(({ kind }) => !["Pod"].includes(kind));
    const answers = await Promise.all(
      templated.map((object) => {
        const copy = inNamespace({ ...object, metadata: { name: `${object.metadata.name}-new` } }, NAMESPACE);
        return cluster.api.create(apiPathOf(copy).collection, copy, DRY);
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(templated.map(() => 403));
  });

  it("accept a change of something else, with warnings that name the policy", async () => {
    const { status, warnings } = await cluster.api.merge(`${APPS}/deployments/two-faults`, {
      metadata: { annotations: { note: "1" } },
    });
    expect(status).toBe(200);
    expect(warnings).toContainEqual(
      expect.stringMatching(
        /^disallow-latest-tag: not denied, because the object had this before: spec\.template\.spec\.containers\[0\]\.image: /,
      ),
    );
  });

  it.each([
    ["deployments/shop", 2],
    ["statefulsets/db", 2],
  ])("%s is rolled to a mended template", async (path, replicas) => {
    const app = path.split("/")[1] ?? "";
    const { status } = await cluster.api.merge(`${APPS}/${path}`, { spec: { template: goodTemplate(app) } });
    expect(status).toBe(200);
    await eventually(`${path} to be rolled`, async () => {
      const pods = await podsOf(app);
      return pods.length === replicas &&
        pods.every((pod) => pod.spec.containers[0].image === goodContainer.image && pod.status.phase === "Running")
        ? true
        : undefined;
    });
    if (!path.startsWith("deployments")) return;
    const sets = (await read(`${APPS}/replicasets?labelSelector=app%3D${app}`)).items;
    expect(sets.map((set: KubeObject) => set.spec.replicas).sort()).toEqual([0, replicas]);
  });

  it("a Deployment that breaks no policy is scaled up", async () => {
    await kubectl("scale", "deployment/mended", "--replicas=3");
    await eventually("three Pods", async () => ((await podsOf("mended")).length === 3 ? true : undefined));
  });

  it("a DaemonSet is rolled to a mended template", async () => {
    expect(
      (await cluster.api.merge(`${APPS}/daemonsets/agent`, { spec: { template: goodTemplate("agent") } })).status,
    ).toBe(200);
    await eventually("the DaemonSet to be rolled", async () => {
      const pods = (await podsOf("agent")).filter(({ spec }) => spec.nodeName !== STILL_NODE);
      return pods.length >= 2 && pods.every((pod) => pod.spec.containers[0].image === goodContainer.image)
        ? true
        : undefined;
    });
  });

  it.each([
    ["deployment/scaled", "scaled", 1],
    ["statefulset/queue", "queue", 1],
    ["replicaset/lone", "lone", 1],
    ["replicationcontroller/classic", "classic", 0],
  ])("%s is scaled down", async (what, app, replicas) => {
    await kubectl("scale", what, `--replicas=${replicas}`);
    await eventually(`${replicas} Pods`, async () => ((await podsOf(app)).length === replicas ? true : undefined));
  });

  it("the request to scale up is accepted; the new Pods are denied as new objects", async () => {
    await kubectl("scale", "deployment/host", "--replicas=2");
    await eventually("the event of a denied Pod", async () => {
      const { items } = await read(`/api/v1/namespaces/${NAMESPACE}/events?fieldSelector=reason%3DFailedCreate`);
      return items.some(
        ({ involvedObject, message }: KubeObject) =>
          involvedObject.name.startsWith("host-") &&
          /^disallow-latest-tag: /m.test(message.split("request: ")[1] ?? ""),
      )
        ? true
        : undefined;
    });
    expect((await read(`${APPS}/deployments/host`)).spec.replicas).toBe(2);
  });

  it("one of two faults is mended", async () => {
    const { spec } = await read(`${APPS}/deployments/two-faults`);
    const [web, helper] = spec.template.spec.containers;
    const template = { spec: { containers: [web, { ...helper, image: "registry.example.com/helper:2" }] } };
    const { status, body } = await cluster.api.merge(`${APPS}/deployments/two-faults`, { spec: { template } }, DRY);
    expect({ status, message: body.message }).toEqual({ status: 200, message: undefined });
  });

  it.each([
    ["nightly", "Succeeded", "Complete"],
    ["failing", "Failed", "Failed"],
  ])("the Job %s ends", async (name, phase, condition) => {
    const job = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs/${name}`;
    if (phase === "Failed") await cluster.api.merge(job, { spec: { backoffLimit: 0 } });
    const [pod] = (await read(`${PODS}?labelSelector=job-name%3D${name}`)).items;
    const ended = await cluster.api.merge(`${PODS}/${pod.metadata.name}/status`, { status: { phase } });
    expect(ended.status).toBe(200);
    await eventually(`the Job ${name} to end`, async () => {
      const { status } = await read(job);
      return status.conditions?.some((one: KubeObject) => one.type === condition && one.status === "True")
        ? true
        : undefined;
    });
    const { finalizers } = (await read(`${PODS}/${pod.metadata.name}`)).metadata;
    expect(finalizers).toBeUndefined();
    await kubectl("delete", "job", name, "--wait=false");
    await gone(job);
  });

  it("a CronJob is suspended and deleted", async () => {
    const path = `/apis/batch/v1/namespaces/${NAMESPACE}/cronjobs/reports`;
    expect((await cluster.api.merge(path, { spec: { suspend: true } })).status).toBe(200);
    await kubectl("delete", "cronjob", "reports", "--wait=false");
    await gone(path);
  });

  it.each(["background", "foreground", "orphan"])("a Deployment is deleted with --cascade=%s", async (name) => {
    await kubectl("delete", "deployment", name, `--cascade=${name}`, "--wait=false");
    await gone(`${APPS}/deployments/${name}`);
    const sets = async (): Promise<KubeObject[]> =>
      (await read(`${APPS}/replicasets?labelSelector=app%3D${name}`)).items;
    if (name === "orphan") {
      await eventually("the ReplicaSet to lose its owner", async () =>
        (await sets()).every(({ metadata }) => metadata.ownerReferences === undefined) ? true : undefined,
      );
      return;
    }
    await eventually("its ReplicaSet and Pods to be deleted", async () =>
      (await sets()).length + (await podsOf(name)).length === 0 ? true : undefined,
    );
  });

  it("a custom resource in deletion loses its finalizer, and is gone", async () => {
    const path = `/apis/existing.postern.dev/v1/namespaces/${NAMESPACE}/fleets/wagons`;
    expect((await cluster.api.merge(path, { spec: { size: 2 } })).status).toBe(200);
    await cluster.api.delete(path);
    const image = { spec: { template: { spec: { containers: [{ ...badContainer, image: EVIL }] } } } };
    expect((await cluster.api.merge(path, image)).status).toBe(403);
    expect((await cluster.api.merge(path, { metadata: { finalizers: null } })).status).toBe(200);
    await gone(path);
  });

  it("a Namespace is deleted with everything in it", async () => {
    await kubectl("delete", "namespace", DOOMED, "--wait=false");
    await gone(`/api/v1/namespaces/${DOOMED}`);
  });

  it("kubectl debug adds a container without a fault to a Pod with faults", async () => {
    await kubectl("debug", "bare", `--image=${goodContainer.image}`, "--container=debugger", "--attach=false", "-q");
    const { spec } = await read(`${PODS}/bare`);
    expect(spec.ephemeralContainers?.map(({ name }: KubeObject) => name)).toEqual(["debugger"]);
  });

  it("kubectl annotate and kubectl label change a Pod with faults", async () => {
    await kubectl("annotate", "pod", "bare", "note=1");
    await kubectl("label", "pod", "bare", "note=1");
    await kubectl("label", "pod", "labelled", "note=1");
  });
});

type Attack = readonly [what: string, path: string, patch: (object: KubeObject) => object];

const template = (change: (spec: KubeObject) => object) => (object: KubeObject) => ({
  spec: { template: { spec: change(object.spec.template.spec) } },
});
const addContainer = (container: object) => template(({ containers }) => ({ containers: [...containers, container] }));
const first = (change: object) =>
  template(({ containers: [container, ...rest] }) => ({ containers: [{ ...container, ...change }, ...rest] }));
const DEPLOYMENT = `${APPS}/deployments/scaled`;
const PRIVILEGED = `${APPS}/deployments/privileged`;
const HOST = `${APPS}/deployments/host`;
const POD = `${PODS}/bare`;

/** Each brings in something new beside, or behind, what was there before. */
const attacks: readonly Attack[] = [
  ["another forbidden image", DEPLOYMENT, first({ image: EVIL })],
  ["another forbidden tag of the same image", DEPLOYMENT, first({ image: "registry.example.com/shop" })],
  ["a new name for the container", DEPLOYMENT, first({ name: "renamed" })],
  ["another container with the same fault", DEPLOYMENT, addContainer({ ...badContainer, name: "second" })],
  [
    "another container with another forbidden image",
    DEPLOYMENT,
    addContainer({ ...goodContainer, name: "x", image: EVIL }),
  ],
  ["a container without resources", DEPLOYMENT, addContainer({ name: "x", image: "registry.example.com/x:1" })],
  [
    "a container with a request of zero",
    DEPLOYMENT,
    addContainer({ ...goodContainer, name: "x", resources: { requests: { cpu: "0", memory: "0" } } }),
  ],
  [
    "an init container with the same fault",
    DEPLOYMENT,
    template(() => ({ initContainers: [{ ...badContainer, name: "init" }] })),
  ],
  [
    "the container as an init container",
    DEPLOYMENT,
    template(({ containers }) => ({ initContainers: containers, containers: [{ ...goodContainer, name: "main" }] })),
  ],
  [
    "a new container first, so that indices move",
    DEPLOYMENT,
    template(({ containers }) => ({ containers: [{ ...badContainer, name: "front" }, ...containers] })),
  ],
  [
    "the old container mended, and a new one at its index",
    DEPLOYMENT,
    template(() => ({ containers: [{ ...badContainer, name: "front" }, goodContainer] })),
  ],
  [
    "an image volume with the tag latest",
    DEPLOYMENT,
    template(() => ({ volumes: [{ name: "v", image: { reference: EVIL } }] })),
  ],
  [
    "a forbidden label in the template",
    DEPLOYMENT,
    () => ({ spec: { template: { metadata: { labels: { "bad-label": "1" } } } } }),
  ],
  ["a forbidden image in a ReplicaSet", `${APPS}/replicasets/lone`, first({ image: EVIL })],
  ["a forbidden image in a StatefulSet", `${APPS}/statefulsets/queue`, first({ image: EVIL })],
  ["a container in a DaemonSet", `${APPS}/daemonsets/agent`, addContainer({ ...badContainer, name: "second" })],
  [
    "a forbidden image in a ReplicationController",
    `/api/v1/namespaces/${NAMESPACE}/replicationcontrollers/classic`,
    first({ image: EVIL }),
  ],
  [
    "a forbidden image in a CronJob",
    `/apis/batch/v1/namespaces/${NAMESPACE}/cronjobs/cleanup`,
    ({ spec }) => ({
      spec: {
        jobTemplate: {
          spec: {
            template: { spec: { containers: [{ ...spec.jobTemplate.spec.template.spec.containers[0], image: EVIL }] } },
          },
        },
      },
    }),
  ],
  [
    "a forbidden image in a Pod",
    POD,
    ({ spec }) => ({ spec: { containers: [{ ...spec.containers[0], image: EVIL }] } }),
  ],
  ["a forbidden label on a Pod", POD, () => ({ metadata: { labels: { "bad-label": "1" } } })],
  ["another value of a forbidden label", `${PODS}/labelled`, () => ({ metadata: { labels: { "bad-label": "2" } } })],
  [
    "the removal of a required label",
    `${APPS}/deployments/mended`,
    () => ({ spec: { template: { metadata: { labels: { "app.kubernetes.io/name": null } } } } }),
  ],
  [
    "the removal of a required quantity",
    `${APPS}/deployments/mended`,
    first({ resources: { requests: { cpu: null, memory: "16Mi" }, limits: { memory: "16Mi" } } }),
  ],
  ["a host port behind the message of hostNetwork", HOST, first({ ports: [{ containerPort: 80, hostPort: 80 }] })],
  [
    "hostPID instead of hostNetwork, with the same message",
    HOST,
    template(() => ({ hostNetwork: null, hostPID: true })),
  ],
  ["hostPID beside hostNetwork, with the same message", HOST, template(() => ({ hostPID: true }))],
  [
    "another privileged container, with the same message",
    PRIVILEGED,
    addContainer({ ...goodContainer, name: "x", securityContext: { privileged: true } }),
  ],
  [
    "the privilege of another container, with the same message",
    PRIVILEGED,
    template(({ containers: [web, helper] }) => ({
      containers: [
        { ...web, securityContext: null },
        { ...helper, securityContext: { privileged: true } },
      ],
    })),
  ],
  ["the privileged container under a new name", PRIVILEGED, first({ name: "renamed" })],
  [
    "the removal of a Namespace's owner",
    "/api/v1/namespaces/existing-3",
    () => ({ metadata: { labels: { owner: null } } }),
  ],
];

describe("what a request brings in is denied", () => {
  beforeAll(async () => {
    await create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "existing-3", labels: { ...IN_FORCE, owner: "a" } },
    });
  });

  it("in thirty ways", () => expect(attacks.length).toBe(30));

  it.each(attacks)("%s", async (_, path, patch) => {
    const { status, body } = await cluster.api.merge(path, patch(await read(path)), DRY);
    expect({ status, message: body.message }).toEqual({
      status: 403,
      message: expect.stringMatching(/^admission webhook "\S+" denied the request: /),
    });
  });

  it("an ephemeral container with its own fault", async () => {
    const { spec } = await read(POD);
    const ephemeralContainers = [...(spec.ephemeralContainers ?? []), { name: "other", image: EVIL }];
    const { status } = await cluster.api.merge(`${POD}/ephemeralcontainers`, { spec: { ephemeralContainers } }, DRY);
    expect(status).toBe(403);
  });

  it("a resize that removes a required quantity", async () => {
    // The API server refuses a resize of a running Pod whose node has not reported its resources.
    const { spec } = goodTemplate("resized");
    const metadata = { name: "resized", namespace: NAMESPACE, labels: { "app.kubernetes.io/name": "resized" } };
    await create({
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: { ...spec, nodeSelector: {}, nodeName: STILL_NODE },
    });
    const containers = [{ name: "web", resources: { requests: { cpu: "0" } } }];
    const { status, body } = await cluster.api.call("PATCH", `${PODS}/resized/resize`, {
      ...DRY,
      contentType: "application/strategic-merge-patch+json",
      body: { spec: { containers } },
    });
    expect({ status, message: body.message }).toEqual({
      status: 403,
      message: expect.stringMatching(/require-resources: /),
    });
  });
});

it("a node is drained", async () => {
  const { code, stderr } = await cluster.kubectl([
    "drain",
    DRAINED_NODE,
    "--ignore-daemonsets",
    "--force",
    "--delete-emptydir-data",
    "--timeout=60s",
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { items } = await read(`${PODS}?fieldSelector=spec.nodeName%3D${DRAINED_NODE}`);
  expect(items.filter((pod: KubeObject) => pod.metadata.ownerReferences?.[0]?.kind !== "DaemonSet")).toEqual([]);
});
