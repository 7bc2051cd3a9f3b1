import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IMMUTABLE } from "../../../src/policy/mutate/immutableParts.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import { startCluster } from "../../cluster/startCluster.ts";

/** A change of each immutable part of a kind, as JSON merge patches, and the object. */
interface Case {
  readonly path: string;
  readonly object: object;
  readonly status?: object;
  readonly refused: Readonly<Record<string, unknown>>;
  /** Changes of parts that `!` excepts, or that the table does not have. */
  readonly accepted?: Readonly<Record<string, unknown>>;
}

const NS = "immutable";
const core = (resource: string): string => `/api/v1/namespaces/${NS}/${resource}`;
const labels = { app: "a" };
const podSpec = { containers: [{ name: "c", image: "a:1" }] };
const template = { metadata: { labels }, spec: podSpec };
const workload = { selector: { matchLabels: labels }, template };
const apps = (resource: string): string => `/apis/apps/v1/namespaces/${NS}/${resource}`;
const storage = (resource: string): string => `/apis/storage.k8s.io/v1/${resource}`;
const rbac = "/apis/rbac.authorization.k8s.io/v1";
const roleRef = (kind: string, name: string): object => ({ apiGroup: "rbac.authorization.k8s.io", kind, name });
const otherSelector = { matchLabels: { app: "b" } };
const claim = { accessModes: ["ReadWriteOnce"], storageClassName: "x", resources: { requests: { storage: "1Gi" } } };
const claimTemplate = { metadata: { name: "data" }, spec: claim };
const volume = { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], nfs: { path: "/", server: "a" } };
/** Sources of volumes, and a change of each. */
const sources = {
  csi: [{ driver: "a.example.com", volumeHandle: "a" }, { volumeHandle: "b" }],
  hostPath: [{ path: "/a" }, { path: "/b" }],
  local: [{ path: "/a" }, { path: "/b" }],
  iscsi: [{ targetPortal: "10.0.0.1", iqn: "iqn.2026-01.com.example:a", lun: 0 }, { lun: 1 }],
  fc: [{ targetWWNs: ["a"], lun: 0 }, { lun: 1 }],
};
const onNode = {
  nodeAffinity: {
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["a"] }] }],
    },
  },
};

const cases: Readonly<Record<string, Case | readonly Case[]>> = {
  persistentvolumeclaims: [
    {
      path: core("persistentvolumeclaims"),
      object: { metadata: { name: "a" }, spec: claim },
      status: { phase: "Bound", capacity: { storage: "1Gi" } },
      refused: {
        "spec.accessModes": ["ReadWriteMany"],
        "spec.selector": { matchLabels: labels },
        "spec.storageClassName": "y",
        "spec.volumeMode": "Block",
        "spec.dataSource": { kind: "PersistentVolumeClaim", name: "b" },
      },
    },
    {
      path: core("persistentvolumeclaims"),
      object: { metadata: { name: "b" }, spec: { ...claim, volumeName: "v" } },
      refused: {
        "spec.volumeName": "w",
        "spec.resources": { requests: { storage: "2Gi" } },
        "spec.volumeAttributesClassName": "x",
        "spec.dataSourceRef": { kind: "PersistentVolumeClaim", name: "b" },
      },
    },
  ],
  persistentvolumes: [
    {
      path: "/api/v1/persistentvolumes",
      object: { metadata: { name: "immutable" }, spec: volume },
      refused: { "spec.nfs": { server: "b" }, "spec.volumeMode": "Block" },
      accepted: {
        "spec.capacity": { storage: "2Gi" },
        "spec.accessModes": ["ReadWriteMany"],
        "spec.persistentVolumeReclaimPolicy": "Delete",
        "spec.storageClassName": "y",
        "spec.mountOptions": ["ro"],
      },
    },
    ...Object.entries(sources).map(([source, [before, after]]) => ({
      path: "/api/v1/persistentvolumes",
      object: {
        metadata: { name: source.toLowerCase() },
        spec: { ...volume, nfs: undefined, [source]: before, ...onNode },
      },
      refused: { [`spec.${source}`]: after },
    })),
  ],
  secrets: [
    {
      path: core("secrets"),
      object: { metadata: { name: "a" } },
      refused: { type: "example.com/x" },
      accepted: { data: { a: "Yg==" } },
    },
    {
      path: core("secrets"),
      object: { metadata: { name: "b" }, immutable: true },
      refused: { immutable: false, data: { a: "Yg==" }, stringData: { a: "b" } },
    },
  ],
  configmaps: [
    { path: core("configmaps"), object: { metadata: { name: "a" } }, refused: {}, accepted: { data: { a: "b" } } },
    {
      path: core("configmaps"),
      object: { metadata: { name: "b" }, immutable: true },
      refused: { immutable: false, data: { a: "b" }, binaryData: { a: "Yg==" } },
    },
  ],
  services: [
    {
      path: core("services"),
      object: { metadata: { name: "a" }, spec: { ports: [{ port: 80 }] } },
      refused: { "spec.clusterIP": "10.0.0.99", "spec.clusterIPs": ["10.0.0.99"] },
    },
    {
      path: core("services"),
      object: { metadata: { name: "b" }, spec: { type: "LoadBalancer", ports: [{ port: 80 }] } },
      refused: { "spec.loadBalancerClass": "example.com/x" },
    },
  ],
  daemonsets: {
    path: apps("daemonsets"),
    object: { metadata: { name: "a" }, spec: workload },
    refused: { "spec.selector": otherSelector },
  },
  deployments: {
    path: apps("deployments"),
    object: { metadata: { name: "a" }, spec: workload },
    refused: { "spec.selector": otherSelector },
  },
  replicasets: {
    path: apps("replicasets"),
    object: { metadata: { name: "a" }, spec: workload },
    refused: { "spec.selector": otherSelector },
  },
  statefulsets: {
    path: apps("statefulsets"),
    object: { metadata: { name: "a" }, spec: { ...workload, serviceName: "a" } },
    refused: {
      "spec.selector": otherSelector,
      "spec.volumeClaimTemplates": [claimTemplate],
      "spec.serviceName": "b",
      "spec.podManagementPolicy": "Parallel",
    },
    accepted: { "spec.minReadySeconds": 1 },
  },
  jobs: {
    path: `/apis/batch/v1/namespaces/${NS}/jobs`,
    object: {
      metadata: { name: "a" },
      spec: { template: { ...template, spec: { ...podSpec, restartPolicy: "Never" } } },
    },
    refused: {
      "spec.selector": { matchLabels: { app: "b" } },
      "spec.template": { metadata: { labels: { more: "x" } } },
      "spec.completionMode": "Indexed",
      "spec.completions": 2,
      "spec.podFailurePolicy": { rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] }] },
      "spec.backoffLimitPerIndex": 1,
      "spec.managedBy": "example.com/x",
      "spec.successPolicy": { rules: [{ succeededCount: 1 }] },
    },
    accepted: { "spec.backoffLimit": 2 },
  },
  ingressclasses: {
    path: "/apis/networking.k8s.io/v1/ingressclasses",
    object: { metadata: { name: "immutable" }, spec: { controller: "example.com/a" } },
    refused: { "spec.controller": "example.com/b" },
  },
  runtimeclasses: {
    path: "/apis/node.k8s.io/v1/runtimeclasses",
    object: { metadata: { name: "immutable" }, handler: "a" },
    refused: { handler: "b" },
  },
  clusterrolebindings: {
    path: `${rbac}/clusterrolebindings`,
    object: { metadata: { name: "immutable" }, roleRef: roleRef("ClusterRole", "view") },
    refused: { roleRef: roleRef("ClusterRole", "edit") },
  },
  rolebindings: {
    path: `${rbac}/namespaces/${NS}/rolebindings`,
    object: { metadata: { name: "a" }, roleRef: roleRef("ClusterRole", "view") },
    refused: { roleRef: roleRef("ClusterRole", "edit") },
  },
  priorityclasses: {
    path: "/apis/scheduling.k8s.io/v1/priorityclasses",
    object: { metadata: { name: "immutable" }, value: 1 },
    refused: { value: 2, preemptionPolicy: "Never" },
    accepted: { description: "x" },
  },
  storageclasses: {
    path: storage("storageclasses"),
    object: { metadata: { name: "immutable" }, provisioner: "example.com/a" },
    refused: {
      provisioner: "example.com/b",
      parameters: { a: "b" },
      reclaimPolicy: "Retain",
      volumeBindingMode: "WaitForFirstConsumer",
    },
    accepted: { allowVolumeExpansion: true },
  },
};

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.api.create("/api/v1/namespaces", { metadata: { name: NS } });
});

afterAll(() => cluster?.stop());

const all = Object.entries(cases).flatMap(([resource, its]) =>
  [its].flat().map((it: Case, index): [string, Case] => [index === 0 ? resource : `${resource} (${index + 1})`, it]),
);

it("there is a case for each part of the table", () => {
  const tested = all.flatMap(([name, { refused }]) =>
    Object.keys(refused).map((part) => `${name.replace(/ .*/, "")} ${part}`),
  );
  const parts = Object.entries(IMMUTABLE).flatMap(([resource, words]) =>
    words.split(" ").map((word) => `${resource} ${word.replace(/@.*/, "")}`),
  );
  expect([...new Set(tested)].sort()).toEqual([...new Set(parts)].sort());
});

describe.each(all)("%s", (_name, { path, object, status, refused, accepted = {} }) => {
  const { name } = Object(object).metadata;
  const patchAt = (part: string, value: unknown): object =>
    part.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;

  it("has parts that the API server refuses to change, and others", async () => {
    const made = await cluster.api.create(path, object);
    expect(made.body).toMatchObject({ metadata: { name } });
    if (status !== undefined) expect((await cluster.api.merge(`${path}/${name}/status`, { status })).status).toBe(200);
    for (const [part, value] of Object.entries(accepted)) {
      const { status: code, body } = await cluster.api.merge(`${path}/${name}`, patchAt(part, value));
      expect({ part, code, message: body.message }).toEqual({ part, code: 200, message: undefined });
    }
    for (const [part, value] of Object.entries(refused)) {
      const { status: code } = await cluster.api.merge(`${path}/${name}`, patchAt(part, value));
      expect({ part, code }).toEqual({ part, code: expect.toSatisfy((it) => it === 422 || it === 403) });
    }
  });
});
