import type { KubeObject } from "../../cluster/ClusterApi.ts";

/** The label of the namespaces in which the policies come into force. */
export const IN_FORCE = { existing: "on" };
/** A node without a kubelet: Pods there stay as they are. */
export const STILL_NODE = "still-1";
/** A node that only the Pods of {@link drained} use. */
export const DRAINED_NODE = "node-3";
/** Selects the nodes that make Pods run. */
const RUNNING_NODES = { nodeSelector: { "kubernetes.io/os": "linux" } };

type Fields = Readonly<Record<string, unknown>>;

/** A container that breaks the policies on images and resources. */
export const badContainer = { name: "web", image: "registry.example.com/shop:latest" };
/** A container that breaks no policy. */
export const goodContainer = {
  name: "web",
  image: "registry.example.com/shop:1.4",
  resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "16Mi" } },
};

/** A template of Pods with one label, which breaks the policies. */
export function badTemplate(app: string, spec: Fields = {}): KubeObject {
  return {
    metadata: { labels: { app } },
    spec: { terminationGracePeriodSeconds: 0, containers: [badContainer], ...spec },
  };
}

/** A template of Pods that breaks no policy. */
export function goodTemplate(app: string): KubeObject {
  return {
    metadata: { labels: { app, "app.kubernetes.io/name": app } },
    spec: { terminationGracePeriodSeconds: 0, containers: [goodContainer], ...RUNNING_NODES },
  };
}

function workload(kind: string, name: string, spec: Fields): KubeObject {
  const apiVersion = kind === "ReplicationController" ? "v1" : "apps/v1";
  return { apiVersion, kind, metadata: { name }, spec };
}

const selected = (app: string, more: Fields = {}, template: Fields = badTemplate(app)): Fields => ({
  selector: { matchLabels: { app } },
  template,
  ...more,
});

/** A Job with its own Pod on {@link STILL_NODE}: it runs until the test ends it. */
function runningJob(name: string): KubeObject {
  // Without tolerations the node controller evicts the Pod after some minutes.
  const spec = { restartPolicy: "Never", nodeName: STILL_NODE, tolerations: [{ operator: "Exists" }] };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: { template: { ...badTemplate(name, spec), metadata: {} } },
  };
}

function cronJob(name: string): KubeObject {
  const template = badTemplate(name, { restartPolicy: "Never" });
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name },
    spec: { schedule: "0 0 1 1 *", jobTemplate: { spec: { template } } },
  };
}

function barePod(name: string, spec: Fields = {}, labels: Fields = {}): KubeObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, labels }, spec: badTemplate(name, spec).spec };
}

/** The definition of {@link fleet}. */
export const fleetCrd: KubeObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "fleets.existing.postern.dev" },
  spec: {
    group: "existing.postern.dev",
    scope: "Namespaced",
    names: { plural: "fleets", kind: "Fleet" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          },
        },
      },
    ],
  },
};

/** A custom resource with a Pod template. */
function fleet(name: string): KubeObject {
  return {
    apiVersion: "existing.postern.dev/v1",
    kind: "Fleet",
    metadata: { name, finalizers: ["existing.postern.dev/keep"] },
    spec: { size: 1, template: badTemplate(name) },
  };
}

/** Workloads of all kinds, each of which breaks several policies. */
export const workloads: readonly KubeObject[] = [
  workload("Deployment", "shop", selected("shop", { replicas: 2 })),
  workload("Deployment", "scaled", selected("scaled", { replicas: 3 })),
  workload("Deployment", "background", selected("background", { replicas: 1 })),
  workload("Deployment", "foreground", selected("foreground", { replicas: 1 })),
  workload("Deployment", "orphan", selected("orphan", { replicas: 1 })),
  workload(
    "Deployment",
    "two-faults",
    selected(
      "two-faults",
      { replicas: 1 },
      {
        metadata: { labels: { app: "two-faults", "app.kubernetes.io/name": "two-faults" } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [badContainer, { ...goodContainer, name: "helper", image: "registry.example.com/helper:latest" }],
        },
      },
    ),
  ),
  workload("Deployment", "host", selected("host", { replicas: 1 }, badTemplate("host", { hostNetwork: true }))),
  workload(
    "Deployment",
    "privileged",
    selected(
      "privileged",
      { replicas: 1 },
      badTemplate("privileged", {
        containers: [
          { ...badContainer, securityContext: { privileged: true } },
          { ...goodContainer, name: "helper" },
        ],
      }),
    ),
  ),
  workload("StatefulSet", "db", selected("db", { replicas: 2, serviceName: "db" })),
  workload("StatefulSet", "queue", selected("queue", { replicas: 3, serviceName: "queue" })),
  workload("DaemonSet", "agent", selected("agent", {}, badTemplate("agent", RUNNING_NODES))),
  workload("ReplicaSet", "lone", selected("lone", { replicas: 2 })),
  workload("ReplicationController", "classic", {
    replicas: 2,
    selector: { app: "classic" },
    template: badTemplate("classic"),
  }),
  runningJob("nightly"),
  runningJob("failing"),
  cronJob("reports"),
  cronJob("cleanup"),
  barePod("bare", {}, { app: "bare" }),
  barePod("labelled", {}, { "bad-label": "1" }),
  fleet("wagons"),
];

/** Everything in another namespace, which is deleted as a whole. */
export const doomed: readonly KubeObject[] = [
  workload("Deployment", "web", selected("web", { replicas: 2 })),
  workload("StatefulSet", "store", selected("store", { replicas: 1, serviceName: "store" })),
  workload("DaemonSet", "watcher", selected("watcher", {}, badTemplate("watcher", RUNNING_NODES))),
  { ...cronJob("later") },
  barePod("single"),
];

/** Pods on {@link DRAINED_NODE}, with and without a controller. */
export const drained: readonly KubeObject[] = [
  workload("Deployment", "moved", selected("moved", { replicas: 1 }, badTemplate("moved", { nodeName: DRAINED_NODE }))),
  barePod("moved", { nodeName: DRAINED_NODE }),
];

/** A Deployment that breaks no policy. */
export const mended: KubeObject = workload(
  "Deployment",
  "mended",
  selected("mended", { replicas: 1 }, goodTemplate("mended")),
);
