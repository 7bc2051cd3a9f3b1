import { expect, it } from "vitest";
import type { Loose } from "../../policies/reviewFrom.ts";
import { changing, type Kind, mutateObject, reviewOf } from "./mutateObject.ts";

const kind = (apiVersion: string, name: string): Kind => [
  apiVersion,
  name,
  `${name.toLowerCase()}${name.endsWith("s") ? "es" : "s"}`,
];

/** Changes every member of a part of the spec, or of the object. */
const ADDED = { added: "by a mutator" };

it.each<[kind: Kind, old: Loose, change: (draft: Loose) => unknown, left: readonly string[]]>([
  [
    kind("apps/v1", "Deployment"),
    { spec: { selector: { matchLabels: { a: "b" } } } },
    ({ spec }) => Object.assign(spec, { selector: ADDED }),
    ["spec.selector"],
  ],
  [
    kind("apps/v1", "StatefulSet"),
    { spec: { serviceName: "a", volumeClaimTemplates: [] } },
    ({ spec }) =>
      void Object.assign(spec, {
        serviceName: "b",
        volumeClaimTemplates: [ADDED],
        podManagementPolicy: "Parallel",
        replicas: 2,
      }),
    ["spec.volumeClaimTemplates", "spec.serviceName", "spec.podManagementPolicy"],
  ],
  [
    kind("batch/v1", "Job"),
    { spec: { completions: 1 } },
    ({ spec }) =>
      void Object.assign(spec, { completions: 2, completionMode: "Indexed", managedBy: "x", parallelism: 2 }),
    ["spec.completionMode", "spec.managedBy", "spec.completions"],
  ],
  [
    kind("batch/v1", "Job"),
    { spec: { completions: 1, completionMode: "Indexed" } },
    ({ spec }) => Object.assign(spec, { completions: 2 }),
    [],
  ],
  [
    kind("v1", "Secret"),
    { type: "Opaque", data: {} },
    (draft) => Object.assign(draft, { type: "x", data: { a: "Yg==" } }),
    ["type"],
  ],
  [
    kind("v1", "Secret"),
    { type: "Opaque", data: {}, immutable: true },
    (draft) => Object.assign(draft, { stringData: { a: "b" }, data: { a: "Yg==" }, immutable: false }),
    ["immutable", "data", "stringData"],
  ],
  [kind("v1", "ConfigMap"), { data: {} }, (draft) => Object.assign(draft.data, { a: "b" }), []],
  [
    kind("v1", "ConfigMap"),
    { data: {}, immutable: true },
    (draft) => {
      draft.data.a = "b";
      draft.binaryData = { c: "ZA==" };
      draft.metadata.labels = { a: "b" };
    },
    ["data", "binaryData"],
  ],
  [
    ["v1", "PersistentVolumeClaim", "persistentvolumeclaims"],
    { spec: { storageClassName: "a", resources: { requests: { storage: "1Gi" } } }, status: { phase: "Bound" } },
    ({ spec }) => {
      spec.storageClassName = "b";
      spec.resources.requests.storage = "2Gi";
      spec.accessModes = ["ReadWriteOnce"];
    },
    ["spec.accessModes", "spec.storageClassName"],
  ],
  [
    ["v1", "PersistentVolumeClaim", "persistentvolumeclaims"],
    { spec: { resources: { requests: { storage: "1Gi" } } }, status: { phase: "Pending" } },
    ({ spec }) => Object.assign(spec.resources.requests, { storage: "2Gi" }),
    ["spec.resources"],
  ],
  [
    kind("v1", "PersistentVolume"),
    { spec: { capacity: { storage: "1Gi" }, nfs: { path: "/" } } },
    ({ spec }) => Object.assign(spec, { nfs: ADDED, capacity: { storage: "2Gi" }, volumeMode: "Block" }),
    ["spec.nfs", "spec.volumeMode"],
  ],
  [
    kind("v1", "Service"),
    { spec: { clusterIP: "10.0.0.1" } },
    ({ spec }) => Object.assign(spec, { clusterIP: "None", loadBalancerClass: "x" }),
    ["spec.clusterIP"],
  ],
  [
    kind("v1", "Service"),
    { spec: { type: "LoadBalancer" } },
    ({ spec }) => Object.assign(spec, { loadBalancerClass: "x" }),
    ["spec.loadBalancerClass"],
  ],
  [
    kind("rbac.authorization.k8s.io/v1", "RoleBinding"),
    { roleRef: { name: "a" } },
    ({ roleRef }) => Object.assign(roleRef, { name: "b" }),
    ["roleRef"],
  ],
  [
    ["storage.k8s.io/v1", "StorageClass", "storageclasses"],
    { provisioner: "a", reclaimPolicy: "Delete" },
    (draft) => Object.assign(draft, { reclaimPolicy: "Retain", allowVolumeExpansion: true }),
    ["reclaimPolicy"],
  ],
  [
    kind("example.com/v1", "Widget"),
    { spec: {} },
    ({ metadata, spec }) => {
      metadata.name = "other";
      spec.a = 1;
    },
    ["metadata.name"],
  ],
])("on UPDATE, what the API server refuses to change is left alone: %j", async (of, old, change, left) => {
  const before = { metadata: { name: "a" }, ...old };
  const result = await mutateObject(reviewOf(of, before, before), changing(change));
  expect(result.left?.split(", ") ?? []).toEqual(left.map((path) => `${path} (immutable)`));
  const whole = await mutateObject(reviewOf(of, before, before), changing(change, false));
  for (const path of left) {
    const [first = "", second] = path.split(".");
    const part = (object: Loose): unknown => (second === undefined ? object[first] : object[first]?.[second]);
    expect(part(result.object)).toEqual(part(before));
    expect(part(whole.object)).not.toEqual(part(before));
  }
  const created = await mutateObject(reviewOf(of, before), changing(change));
  expect(created).toEqual(await mutateObject(reviewOf(of, before), changing(change, false)));
});

it("what the client changes itself is the API server's matter", async () => {
  const old = { metadata: { name: "a" }, spec: { serviceName: "a" } };
  const review = reviewOf(["apps/v1", "StatefulSet", "statefulsets"], { ...old, spec: { serviceName: "b" } }, old);
  const { object } = await mutateObject(
    review,
    changing(({ spec }) => Object.assign(spec, { serviceName: "c" })),
  );
  expect(object.spec.serviceName).toBe("b");
});

it.each<
  [what: string, old: readonly string[], sent: readonly string[], mutated: readonly string[], result: readonly string[]]
>([
  ["added", ["a"], ["a"], ["a", "b"], ["a"]],
  ["put back after its controller has removed it", ["a", "b"], ["a"], ["a", "b"], ["a"]],
  ["removed", ["a", "b"], ["a", "b"], ["a"], ["a"]],
])(
  "while an object is deleted, no finalizer is %s, unless the mutator removes it",
  async (_what, old, sent, mutated, result) => {
    const at = (finalizers: readonly string[]) => ({
      metadata: { name: "a", deletionTimestamp: "2026-01-01T00:00:00Z", finalizers },
    });
    const review = reviewOf(["example.com/v1", "Widget", "widgets"], at(sent), at(old));
    const { object } = await mutateObject(
      review,
      changing(({ metadata }) => Object.assign(metadata, { finalizers: [...mutated] })),
    );
    expect(object.metadata.finalizers).toEqual(result);
  },
);
