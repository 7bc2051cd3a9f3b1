import { expect, it } from "vitest";
import { lintSubresources } from "../../../src/cli/render/lintSubresources.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { requireLabels } from "../../../src/policies/labels/requireLabels.ts";
import * as packs from "../../../src/policies/packs/index.ts";
import { requireResources } from "../../../src/policies/resources/requireResources.ts";
import type { Match } from "../../../src/policy/define/Match.ts";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";

const settings = { cluster: "c", modeOf: () => "enforce" as const, paramsOf: () => undefined };

async function lintsOf(...policies: Policy[]): Promise<string[]> {
  const lints = await lintSubresources({ policies }, settings);
  expect(lints.every((it) => it.code === "subresource-unasked" && it.place === "policies.p")).toBe(true);
  return lints.map(({ message }) => message);
}

type Read = (object: Readonly<Record<string, unknown>>) => unknown;
const part = (value: unknown, ...path: readonly string[]): unknown => {
  let at = value;
  for (const key of path) at = typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined;
  return at;
};
const reading = (match: Match, read: Read): Policy =>
  policy({ name: "p", match, validate: ({ object }) => void read(Object(object)) });
const replicas: Read = (object) => part(object, "spec", "replicas");
const labels: Read = (object) => Object.keys(part(object, "metadata", "labels") ?? {});
const status: Read = (object) => part(object, "status", "phase");

const changed = (field: string, resource: string, ...subresources: readonly string[]): string => {
  const names = subresources.map((it) => `${resource}/${it}`).join(" and ");
  const operation = (subresource: string): string => (subresource === "binding" ? "CREATE" : "UPDATE");
  const added = subresources.map((it) => `"${resource}/${it}" (operation ${operation(it)})`).join(" and ");
  return `reads ${field} of ${resource}, and is not called for ${names}, which ${subresources.length > 1 ? "change" : "changes"} it: add ${added} to match.resources, or to match.unasked`;
};
const widgets = { apiGroups: ["example.com"], resources: ["widgets"], apiVersions: ["v1"] };

it.each<[what: string, match: Match, read: Read, lints: string[]]>([
  [
    "replicas of Deployments",
    { resources: ["deployments"] },
    replicas,
    [changed("spec.replicas", "deployments", "scale")],
  ],
  [
    "replicas of several resources",
    { resources: ["statefulsets", "replicasets", "replicationcontrollers"] },
    replicas,
    ["statefulsets", "replicasets", "replicationcontrollers"].map((it) => changed("spec.replicas", it, "scale")),
  ],
  ["replicas of custom resources", widgets, replicas, [changed("spec.replicas", "widgets", "scale")]],
  ["replicas and the scale", { resources: ["deployments", "deployments/scale"] }, replicas, []],
  ["replicas and every scale", { resources: ["deployments", "*/scale"] }, replicas, []],
  [
    "replicas without the scale, as declared",
    { resources: ["deployments"], unasked: ["deployments/scale"] },
    replicas,
    [],
  ],
  ["replicas without any scale, as declared", { resources: ["deployments"], unasked: ["*/scale"] }, replicas, []],
  ["replicas on CREATE only", { resources: ["deployments"], operations: ["CREATE"] }, replicas, []],
  ["replicas of DaemonSets, which have none", { resources: ["daemonsets"] }, replicas, []],
  ["another field of Deployments", { resources: ["deployments"] }, (object) => part(object, "spec", "paused"), []],
  ["labels of Pods", { resources: ["pods"] }, labels, [changed("metadata.labels", "pods", "binding", "status")]],
  [
    "the node of Pods",
    { resources: ["pods"] },
    (it) => part(it, "spec", "nodeName"),
    [changed("spec.nodeName", "pods", "binding")],
  ],
  ["labels of Pods and of bindings", { resources: ["pods", "bindings", "pods/status"] }, labels, []],
  [
    "labels of Namespaces",
    { resources: ["namespaces"] },
    labels,
    [changed("metadata.labels", "namespaces", "finalize", "status")],
  ],
  ["labels of ConfigMaps, which have no status", { resources: ["configmaps"] }, labels, []],
  ["labels of Deployments", { resources: ["deployments"] }, labels, []],
  ["the status of Nodes", { resources: ["nodes"] }, status, [changed("status", "nodes", "status")]],
  ["the status of custom resources", widgets, status, [changed("status", "widgets", "status")]],
  [
    "finalizers of Namespaces",
    { resources: ["namespaces"] },
    (it) => part(it, "spec", "finalizers"),
    [changed("spec.finalizers", "namespaces", "finalize")],
  ],
  ["resources of Pods", { resources: ["pods"] }, (it) => JSON.stringify(part(it, "spec", "containers")), []],
  [
    "the deletion of Pods",
    { resources: ["pods"], operations: ["DELETE"] },
    () => undefined,
    [
      'is called when pods are deleted, and not for pods/eviction, which deletes them: add "pods/eviction" (operation CREATE) to match.resources, or to match.unasked',
    ],
  ],
  ["everything", { resources: ["*"] }, replicas, []],
])("lintSubresources for a policy that reads %s", async (_what, match, read, lints) => {
  expect(await lintsOf(reading(match, read))).toEqual(lints);
});

it("lintSubresources sees what is read on UPDATE only, and before a policy throws", async () => {
  const late = policy({
    name: "p",
    match: { resources: ["deployments"] },
    validate: ({ object, operation }) => {
      if (operation === "UPDATE" && object.spec?.replicas === 1) throw new Error("x");
    },
  });
  expect(await lintsOf(late)).toEqual([changed("spec.replicas", "deployments", "scale")]);
});

it("lintSubresources has nothing to say of mutators and of the built-in policies", async () => {
  const mutator = policy({
    name: "p",
    match: { resources: ["deployments"] },
    mutate: (draft) => void draft.spec?.replicas,
  });
  expect(await lintsOf(mutator, denyLabels(), requireLabels(), requireResources())).toEqual([]);
});

it.each(Object.entries(packs))(
  "the pack %s has no lint, because users cannot change its matches",
  async (_name, make) => {
    const { policies } = make();
    const paramsOf = (name: string): unknown => policies.find((it) => it.name === name)?.params?.parse(undefined);
    expect(await lintSubresources({ policies }, { ...settings, paramsOf })).toEqual([]);
  },
);
