import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { resourceOfKind } from "../../../src/cli/manifests/resourceOfKind.ts";
import { nativePolicies } from "../../../src/native/nativePolicies.ts";
import { network } from "../../../src/policies/catalogue/network.ts";
import { objects } from "../../../src/policies/catalogue/objects.ts";
import { rbac } from "../../../src/policies/catalogue/rbac.ts";
import { storage } from "../../../src/policies/catalogue/storage.ts";
import { disallowExec, limitReplicas } from "../../../src/policies/index.ts";
import type { Policy } from "../../../src/policy/define/policy.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { ApiAnswer, KubeObject } from "../../cluster/ClusterApi.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { faultsOf } from "../../policies/faultsOf.ts";
import { eventually } from "../../run/eventually.ts";
import { applyAll } from "../registration/registerGate.ts";
import { kindObjects, NAMESPACE } from "./kindObjects.ts";

/** This API server serves none of the versions of its example: `builtins/` compares it with others. */
const entries = [...network, ...objects, ...rbac, ...storage].filter(
  ({ builtin }) => builtin !== "disallowDeprecatedApis",
);
const policies: readonly Policy[] = [
  ...entries.map(({ make }) => make()),
  disallowExec({ name: "exec-by-nobody", allowedGroups: [] }),
  limitReplicas({ name: "some-replicas", allowZero: false }),
];
/** The API server then tells the faults of all policies. */
const forms = nativePolicies(
  { name: "kinds", policies, entries: {}, conversions: [] },
  {
    cluster: "e2e",
    modeOf: () => "warn",
    paramsOf: (name) => policies.find((it) => it.name === name)?.params?.parse(undefined),
  },
);
const native = policies.filter(({ name }) => forms.some((form) => form.policy === name && form.native === "yes"));
const manifests: readonly KubeObject[] = entries
  .flatMap(({ passing, failing }) => [parse(passing), parse(failing)])
  .filter(({ kind }: KubeObject) => !["AdmissionReview", "Namespace"].includes(kind));

let cluster: Cluster;

// A cluster of its own: most of the objects have no namespace that would keep others apart.
beforeAll(async () => {
  cluster = await startCluster();
  for (const name of [NAMESPACE, "shop"]) await cluster.api.create("/api/v1/namespaces", { metadata: { name } });
  await applyAll(
    cluster,
    forms.flatMap((form) => form.objects),
  );
  for (const object of manifests) {
    const denied = (await deniedBy(object)).join();
    const isInForce = async (): Promise<true | undefined> =>
      warnedBy(await dryCreate(object)).join() === denied ? true : undefined;
    // The API server adds defaults, which these manifests do not need.
    await eventually(`the native forms of ${denied} to be in force`, isInForce);
  }
});
afterAll(() => cluster?.stop());

/** Creates an object by a dry run. */
function dryCreate({ apiVersion, kind, metadata, ...rest }: KubeObject): Promise<ApiAnswer> {
  const [version, group = ""] = apiVersion.split("/").reverse();
  const { resource, namespaced } = resourceOfKind(group, kind);
  const base = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const path = namespaced ? `${base}/namespaces/${metadata.namespace}/${resource}` : `${base}/${resource}`;
  return cluster.api.create(path, { apiVersion, kind, metadata, ...rest }, { query: { dryRun: "All" } });
}

/** The names of the policies whose native forms find a fault. An expression that fails is none of the answer's. */
function warnedBy({ warnings }: ApiAnswer): string[] {
  const names = warnings.flatMap((warning) => {
    expect(warning).not.toContain("resulted in error");
    const [, form = ""] = /^Validation failed for ValidatingAdmissionPolicy '([^']+)'/.exec(warning) ?? [];
    return form === "" ? [] : [form.split(".", 1)[0] ?? ""];
  });
  return [...new Set(names)].sort();
}

/** The names of the policies by which the gate denies an object. */
async function deniedBy(object: KubeObject): Promise<string[]> {
  const found = await Promise.all(
    native.map(async (policy) => ((await faultsOf(policy, object)).length > 0 ? [policy.name] : [])),
  );
  return found.flat().sort();
}

it("all policies on other kinds than Pods are native", () => {
  const others = forms.filter((form) => form.native !== "yes").map(({ policy }) => policy);
  expect(others).toEqual([]);
});

it("the API server judges new objects as the gate does", async () => {
  const found = new Set<string>();
  for (const object of [...manifests, ...kindObjects]) {
    const answer = await dryCreate(object);
    expect(answer).toMatchObject({ status: 201 });
    const denied = await deniedBy(answer.body);
    expect({ object, by: warnedBy(answer) }).toEqual({ object, by: denied });
    for (const name of denied) found.add(name);
  }
  const unfound = native.filter(({ name }) => !found.has(name)).map(({ name }) => name);
  // The example of the last is a Namespace, which `builtins/` creates.
  expect(unfound.sort()).toEqual(["disallow-exec", "exec-by-nobody", "require-annotations"]);
});

it.each(["exec", "attach", "portforward"])("the API server judges %s as the gate does", async (action) => {
  // The administrator of the test is in system:masters. Admission comes before the Pod is looked for.
  const answer = await cluster.api.call("POST", `/api/v1/namespaces/${NAMESPACE}/pods/a/${action}`, {});
  expect({ status: answer.status, by: warnedBy(answer) }).toEqual({ status: 404, by: ["exec-by-nobody"] });
});

it.each<[replicas: number, by: string[]]>([
  [2, []],
  [1, ["limit-replicas", "some-replicas"]],
  [0, ["some-replicas"]],
  [60, ["limit-replicas"]],
])("the API server judges scaling to %j as the gate does", async (replicas, by) => {
  const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
  const [deployment] = kindObjects.filter(({ kind, spec }) => kind === "Deployment" && spec.replicas === undefined);
  await cluster.api.create(path, {
    ...deployment,
    metadata: { name: "scaled" },
    spec: { ...deployment.spec, replicas: 3 },
  });
  const answer = await cluster.api.merge(`${path}/scaled/scale`, { spec: { replicas } }, { query: { dryRun: "All" } });
  expect({ status: answer.status, by: warnedBy(answer) }).toEqual({ status: 200, by });
});
