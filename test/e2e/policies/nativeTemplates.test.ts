import { afterAll, beforeAll, expect, it } from "vitest";
import { nativePolicies } from "../../../src/native/nativePolicies.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { validations } from "../../../src/policy/validations/validations.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { podOf, TestNamespace } from "../../cluster/TestNamespace.ts";
import { faultsOf } from "../../policies/faultsOf.ts";
import { eventually } from "../../run/eventually.ts";
import { applyAll } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { nativeSettings } from "./NativeBed.ts";

const GROUP = "templates.postern.dev";
const SUITE = "native-templates";
const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** Custom kinds as real ones are: Rollouts may have no template, and a group of its own has Jobs with another place for it. */
const noAliases = policy({
  name: "no-aliases",
  match: {
    resources: ["pods"],
    podTemplates: [
      { group: GROUP, resource: "rollouts", optional: true },
      { group: GROUP, resource: "jobs", version: "v1", path: ["spec", "head", "template"] },
    ],
  },
  validate: validations((on) => [
    on("spec.hostAliases[]", { fault: () => true, at: "ip", message: (_, { at }) => `${at} is set` }),
    on("containers[]", { fault: ({ tty }) => tty === true, at: "tty", message: (_, { at }) => `${at} is set` }),
  ]),
});

const started = new StartedResources();
let cluster: ClusterClient;
let namespace: TestNamespace;

beforeAll(async () => {
  cluster = await started.add(sharedCluster(), (it) => it.close());
  namespace = await TestNamespace.create(cluster, SUITE);
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace.name } };
  const gate = { name: SUITE, policies: [noAliases], entries: { default: { namespaceSelector } }, conversions: [] };
  const [form] = nativePolicies(gate, nativeSettings(noAliases));
  const kinds = ["Rollout", "Job"].map((kind) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.toLowerCase()}s.${GROUP}` },
    spec: {
      group: GROUP,
      scope: "Namespaced",
      names: { plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec: anything } } },
        },
      ],
    },
  }));
  await applyAll(cluster, [...kinds, ...(form?.objects ?? [])]);
  for (const apiVersion of [`${GROUP}/v1`, "batch/v1"])
    await eventually(`the native form to judge ${apiVersion}`, async () =>
      (await create(job(apiVersion, true))).join() === "no-aliases" ? true : undefined,
    );
});
afterAll(() => started.stop());

const template = (hasFault: boolean): object => ({
  spec: { ...podOf("x", {}).spec, restartPolicy: "Never", ...(hasFault ? { hostAliases: [{ ip: "192.0.2.1" }] } : {}) },
});
const object = (apiVersion: string, kind: string, spec: object): KubeObject =>
  ({ apiVersion, kind, metadata: { name: "a", namespace: namespace.name }, spec }) as KubeObject;
const job = (apiVersion: string, hasFault: boolean): KubeObject =>
  object(
    apiVersion,
    "Job",
    apiVersion === "batch/v1" ? { template: template(hasFault) } : { head: { template: template(hasFault) } },
  );

const rollout = (spec: object, tty = false): KubeObject =>
  object(`${GROUP}/v1`, "Rollout", { template: { spec: { containers: [{ name: "c", image: "x", tty }], ...spec } } });

/** The names of the policies that warn of a new object. An expression that fails would refuse it. */
async function create(given: KubeObject): Promise<string[]> {
  const path = `/apis/${given.apiVersion}/namespaces/${namespace.name}/${given.kind.toLowerCase()}s`;
  const { status, body, warnings } = await cluster.api.create(path, given, { query: { dryRun: "All" } });
  if (status === 404) return [];
  if (status !== 201) throw new Error(`${status} ${body.message}`);
  return warnings
    .filter((it) => it.includes(`.${SUITE}'`))
    .map((it) => (it.includes("resulted in error") ? it : "no-aliases"));
}

it.each<[what: string, make: () => KubeObject, by: string[]]>([
  ["a Rollout with a fault", () => object(`${GROUP}/v1`, "Rollout", { template: template(true) }), ["no-aliases"]],
  ["a Rollout without one", () => object(`${GROUP}/v1`, "Rollout", { template: template(false) }), []],
  ["a Rollout with a workloadRef", () => object(`${GROUP}/v1`, "Rollout", { workloadRef: { name: "web" } }), []],
  ["a Rollout with a null template", () => object(`${GROUP}/v1`, "Rollout", { template: null }), []],
  ["a Rollout with init containers of null", () => rollout({ initContainers: null }), []],
  ["a Rollout with init containers of null and a fault", () => rollout({ initContainers: null }, true), ["no-aliases"]],
  ["a custom Job with a fault", () => job(`${GROUP}/v1`, true), ["no-aliases"]],
  ["a custom Job without one", () => job(`${GROUP}/v1`, false), []],
  ["a Job with a fault", () => job("batch/v1", true), ["no-aliases"]],
  ["a Job without one", () => job("batch/v1", false), []],
])("the API server judges %s as the gate does", async (_what, make, by) => {
  const given = make();
  expect({ by: await create(given) }).toEqual({ by });
  expect((await faultsOf(noAliases, given)).length).toBe(by.length);
});

it.each<[what: string, annotations: object, nodeName: string | undefined, isJudged: boolean]>([
  ["a mirror Pod", { "kubernetes.io/config.mirror": "x" }, "node-1", false],
  ["another Pod on a node", {}, "node-1", true],
  ["a Pod", {}, undefined, true],
])("the native form judges %s of a kubelet, or leaves it out", async (_what, annotations, nodeName, isJudged) => {
  const binding = `${SUITE}-nodes`;
  await applyAll(cluster, [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: binding },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:nodes" }],
    } as KubeObject,
  ]);
  const { spec } = podOf("x", { spec: { automountServiceAccountToken: false } });
  const pod = { metadata: { name: "x", annotations }, spec: { ...spec, nodeName, hostAliases: [{ ip: "192.0.2.1" }] } };
  const { status, body, warnings } = await eventually("the kubelet to be allowed", async () => {
    const options = { query: { dryRun: "All" }, as: "system:node:node-1", group: "system:nodes" };
    const answer = await cluster.api.create(namespace.path("pods"), pod, options);
    return answer.status === 403 ? undefined : answer;
  });
  expect({ status, message: body.message }).toEqual({ status: 201, message: undefined });
  expect(warnings.filter((it) => it.includes(`.${SUITE}'`))).toHaveLength(isJudged ? 1 : 0);
});
