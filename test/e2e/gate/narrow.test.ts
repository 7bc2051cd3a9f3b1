import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { ApiAnswer, KubeObject } from "../../cluster/ClusterApi.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { podOf } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { apiPathOf } from "../api/apiPathOf.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { applyAll } from "../registration/registerGate.ts";
import { renderGate } from "../registration/renderGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const GATE = new URL("../gates/narrow.ts", import.meta.url).pathname;
const DRY = { query: { dryRun: "All" } };
const NAMESPACES = ["team-a", "team-b", "team-c", "team-ab", "only-here", "elsewhere"];
/** Value of the label that an entry's namespaceSelector requires. All namespaces have it, so it excludes none. */
const HIGH = "high";

const started = new StartedResources();
let cluster: Cluster;
let server: GateServer;
let narrow: KubeObject[];

/** A registration that sends every request to the whole gate. The rendered one must give the same verdicts. */
const wide = (): KubeObject => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "wide" },
  webhooks: [
    {
      name: "wide.postern.dev",
      clientConfig: { url: `${server.url}/c/e2e/validate`, caBundle: Buffer.from(server.ca).toString("base64") },
      rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"] }],
      failurePolicy: "Fail",
      sideEffects: "None",
      timeoutSeconds: 30,
      admissionReviewVersions: ["v1"],
    },
  ],
});

const labelSets: readonly Readonly<Record<string, string>>[] = [
  {},
  { tier: "front" },
  { tier: "back", "app.kubernetes.io/name": "x" },
  { "app.kubernetes.io/name": "x", inner: "yes" },
  { level: HIGH, kept: "yes" },
  { free: "", tier: "other", inner: "no" },
];

/** Requests by dry run: for each condition of the gate's policies, some that match and some that do not. */
const requests: readonly { name: string; send: () => Promise<ApiAnswer> }[] = [
  ...NAMESPACES.flatMap((namespace) =>
    labelSets.flatMap((labels, index) => {
      const at = (resource: string): string => `/api/v1/namespaces/${namespace}/${resource}`;
      const apps = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      const metadata = { name: "new", labels };
      const selector = { matchLabels: { app: "new" } };
      const template = { metadata: { labels: { app: "new", ...labels } }, spec: podOf("x", {}).spec };
      const ask = (name: string, send: () => Promise<ApiAnswer>) => ({
        name: `${name} in ${namespace}, labels ${index}`,
        send,
      });
      return [
        ask("create pod", () => cluster.api.create(at("pods"), podOf("new", { labels }), DRY)),
        ask("create configmap", () => cluster.api.create(at("configmaps"), { metadata }, DRY)),
        ask("update configmap", () => cluster.api.merge(at("configmaps/old"), { metadata: { labels } }, DRY)),
        ask("create secret", () => cluster.api.create(at("secrets"), { metadata }, DRY)),
        ask("create serviceaccount", () => cluster.api.create(at("serviceaccounts"), { metadata }, DRY)),
        ask("create service", () =>
          cluster.api.create(at("services"), { metadata, spec: { ports: [{ port: 1 }] } }, DRY),
        ),
        ask("create deployment", () =>
          cluster.api.create(apps, { metadata: { name: "new" }, spec: { selector, template } }, DRY),
        ),
        ask("create role", () =>
          cluster.api.create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`, { metadata }, DRY),
        ),
      ];
    }),
  ),
  ...NAMESPACES.flatMap((namespace) => [
    {
      name: `delete configmap in ${namespace}`,
      send: () => cluster.api.delete(`/api/v1/namespaces/${namespace}/configmaps/old`, DRY),
    },
    {
      name: `delete secret in ${namespace}`,
      send: () => cluster.api.delete(`/api/v1/namespaces/${namespace}/secrets/old`, DRY),
    },
    {
      name: `delete all configmaps in ${namespace}`,
      send: () => cluster.api.delete(`/api/v1/namespaces/${namespace}/configmaps`, DRY),
    },
    {
      name: `delete deployment in ${namespace}`,
      send: () => cluster.api.delete(`/apis/apps/v1/namespaces/${namespace}/deployments/old`, DRY),
    },
    {
      name: `scale in ${namespace}`,
      send: () =>
        cluster.api.merge(
          `/apis/apps/v1/namespaces/${namespace}/deployments/old/scale`,
          { spec: { replicas: 2 } },
          DRY,
        ),
    },
    {
      name: `exec in ${namespace}`,
      send: () =>
        cluster.api.get(`/api/v1/namespaces/${namespace}/pods/old/exec`, {
          query: { command: "ls", container: "app" },
        }),
    },
    {
      name: `label the namespace ${namespace}`,
      send: () =>
        cluster.api.merge(`/api/v1/namespaces/${namespace}`, { metadata: { labels: { touched: "yes" } } }, DRY),
    },
  ]),
  ...labelSets.flatMap((labels, index) => [
    {
      name: `create namespace, labels ${index}`,
      send: () => cluster.api.create("/api/v1/namespaces", { metadata: { name: "team-new", labels } }, DRY),
    },
    {
      name: `create another namespace, labels ${index}`,
      send: () => cluster.api.create("/api/v1/namespaces", { metadata: { name: "new", labels } }, DRY),
    },
    {
      name: `create clusterrole, labels ${index}`,
      send: () =>
        cluster.api.create(
          "/apis/rbac.authorization.k8s.io/v1/clusterroles",
          { metadata: { name: "new", labels } },
          DRY,
        ),
    },
  ]),
];

beforeAll(async () => {
  [cluster, server] = await Promise.all([
    started.add(startCluster(), (it) => it.stop()),
    started.add(startNodeGate(GATE), (it) => it.stop()),
  ]);
  for (const name of NAMESPACES)
    await cluster.api.create("/api/v1/namespaces", { metadata: { name, labels: { level: HIGH } } });
  for (const namespace of NAMESPACES) {
    const metadata = { name: "old", labels: { tier: "front", kept: "yes" } };
    await cluster.api.create(`/api/v1/namespaces/${namespace}/configmaps`, { metadata });
    await cluster.api.create(`/api/v1/namespaces/${namespace}/secrets`, { metadata });
    await cluster.api.create(`/api/v1/namespaces/${namespace}/pods`, podOf("old", {}));
    const labels = { app: "old" };
    await cluster.api.create(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podOf("x", {}).spec } },
    });
  }
  narrow = await renderGate({ gate: GATE, url: server.url, ca: server.ca });
});

afterAll(() => started.stop());

/** Sends all requests. Resolves to the policies that denied each request. */
async function denials(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const { name, send } of requests) {
    const { body } = await send();
    const message: string = body.message ?? "";
    if (message.includes("failed calling webhook") || message.includes("failed to evaluate"))
      throw new Error(`${name}: ${message}`);
    found.set(name, [...message.matchAll(/denied by ([a-z-]+)/g)].map(([, policy = ""]) => policy).sort());
  }
  return found;
}

it("the rendered registrations give the same verdicts as a registration for everything", async () => {
  const isDenied = async (): Promise<boolean> =>
    (await cluster.api.create("/api/v1/namespaces/team-a/pods", podOf("probe", {}), DRY)).status === 403;
  const everything = wide();
  await applyAll(cluster, [everything]);
  await eventually("the wide registration to be in force", async () => ((await isDenied()) ? true : undefined));
  const expected = await denials();
  await cluster.api.delete(apiPathOf(everything).path);
  await eventually("the wide registration to be gone", async () => ((await isDenied()) ? undefined : true));

  await applyAll(cluster, narrow);
  await eventually("the rendered registrations to be in force", async () => {
    const { body } = await cluster.api.create(
      "/api/v1/namespaces/team-a/secrets",
      { metadata: { name: "probe" } },
      DRY,
    );
    return (await isDenied()) && body.message?.includes("excluded-by-name") ? true : undefined;
  });
  const actual = await denials();
  // When several webhooks deny a request, the API server reports only one of them.
  const wrong = [...expected].filter(([name, policies]) => {
    const got = actual.get(name) ?? [];
    return policies.length > 0 !== got.length > 0 || got.some((policy) => !policies.includes(policy));
  });
  expect(wrong.map(([name, policies]) => `${name}: ${policies} / ${actual.get(name)}`)).toEqual([]);
  expect([...expected.values()].filter((policies) => policies.length > 0).length).toBeGreaterThan(100);
  expect([...expected.values()].filter((policies) => policies.length === 0).length).toBeGreaterThan(50);
});
