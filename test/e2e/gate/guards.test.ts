import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { startNodes } from "../../cluster/startNodes.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { podOf } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { apiPathOf } from "../api/apiPathOf.ts";
import { applyAll } from "../registration/registerGate.ts";
import { renderGate } from "../registration/renderGate.ts";

const GATE = fileURLToPath(new URL("../gates/guards.ts", import.meta.url));
const BASE = fileURLToPath(new URL("../../../infra/kubernetes/base", import.meta.url));
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const SYNC = "system:serviceaccount:postern-system:postern-sync";
const DRY = { query: { dryRun: "All" } };

let cluster: Cluster;
let objects: KubeObject[];

const configMapIn = async (namespace: string): Promise<number> =>
  (await cluster.api.create(`/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: "x" } }, DRY)).status;
const waitUntilDenied = (): Promise<true> =>
  eventually("a create in the default namespace to be denied", async () =>
    (await configMapIn("default")) === 500 ? true : undefined,
  );

/** Registers the gate for everything with failurePolicy Fail, at a closed port. */
beforeAll(async () => {
  cluster = await startCluster({ controllers: true });
  await startNodes(cluster, ["node-1"]);
  const { code, stderr } = await cluster.kubectl(["apply", "-k", BASE]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect((await cluster.api.create(CRDS, crd)).status).toBe(201);
  const { cert } = await TestCa.create("unused");
  objects = await renderGate({ gate: GATE, url: "https://localhost:1", ca: cert });
  await applyAll(cluster, objects);
  await waitUntilDenied();
});

afterAll(() => cluster?.stop());

const schema = { openAPIV3Schema: { type: "object" } };
const crd = {
  metadata: { name: "things.guards.postern.dev", annotations: { "postern.dev/sync": "true" } },
  spec: {
    group: "guards.postern.dev",
    scope: "Namespaced",
    names: { plural: "things", kind: "Thing" },
    versions: [{ name: "v1", served: true, storage: true, schema }],
  },
};

it("a broken registration for everything denies a Pod in the default namespace and names the webhook", async () => {
  const { status, body } = await cluster.api.create("/api/v1/namespaces/default/pods", podOf("refused", {}), DRY);
  expect(status).toBe(500);
  expect(body.message).toMatch(
    /^Internal error occurred: failed calling webhook "default\.mutate\.guards\.postern\.dev"/,
  );
});

it.each([
  { what: "kube-system", namespace: "kube-system" },
  { what: "the namespace of the sync", namespace: "postern-system" },
])("Pods in $what start under a broken registration for everything", async ({ namespace }) => {
  const labels = { app: "needed" };
  const container = { name: "app", image: "registry.example.com/app:1", securityContext: restricted };
  const deployment = {
    metadata: { name: "needed" },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [container],
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        },
      },
    },
  };
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  expect((await cluster.api.create(path, deployment)).status).toBe(201);
  await eventually("the Deployment to be available", async () => {
    const { body } = await cluster.api.get(`${path}/needed`);
    return body.status?.availableReplicas === 2 ? true : undefined;
  });
});

const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

it("nodes renew their Leases and new nodes can register under a broken registration for everything", async () => {
  const lease = async (): Promise<string> =>
    (await cluster.api.get("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-1")).body.spec
      ?.renewTime;
  const before = await lease();
  await eventually("the Lease of node-1 to be renewed", async () => ((await lease()) !== before ? true : undefined));
  expect((await cluster.api.create("/api/v1/nodes", { metadata: { name: "node-2" } }, DRY)).status).toBe(201);
});

it.each([
  {
    what: "Events",
    path: "/api/v1/namespaces/default/events",
    body: { metadata: { name: "e", namespace: "default" }, involvedObject: { namespace: "default" } },
  },
  { what: "Nodes", path: "/api/v1/nodes", body: { metadata: { name: "node-3" } } },
  {
    what: "CSINodes, which a kubelet needs,",
    path: "/apis/storage.k8s.io/v1/csinodes",
    body: { metadata: { name: "node-3" }, spec: { drivers: [] } },
  },
  {
    what: "VolumeAttachments",
    path: "/apis/storage.k8s.io/v1/volumeattachments",
    body: {
      metadata: { name: "attachment" },
      spec: { attacher: "example.com", nodeName: "node-3", source: { persistentVolumeName: "pv" } },
    },
  },
  {
    what: "CertificateSigningRequests",
    path: "/apis/certificates.k8s.io/v1/certificatesigningrequests",
    body: {
      metadata: { name: "csr" },
      spec: { request: "", signerName: "example.com/x", usages: ["client auth"] },
    },
  },
])("the API server does not call a gate that is registered for everything for $what", async ({ path, body }) => {
  const { body: answer } = await cluster.api.create(path, body);
  expect(JSON.stringify(answer)).not.toContain("failed calling webhook");
});

it("the sync can patch registrations and CustomResourceDefinitions under a broken registration for everything", async () => {
  const webhooks = objects.find(({ kind }) => kind === "ValidatingWebhookConfiguration");
  const { path } = apiPathOf(webhooks);
  // The rights that an overlay and `postern render --sync` would set for a gate of this name.
  const role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/postern-sync";
  const mayPatch = (group: string, resource: string, name: string): object => ({
    apiGroups: [group],
    resources: [resource],
    resourceNames: [name],
    verbs: ["patch"],
  });
  const { rules } = (await cluster.api.get(role)).body;
  const more = [
    mayPatch("admissionregistration.k8s.io", "validatingwebhookconfigurations", webhooks.metadata.name),
    mayPatch("apiextensions.k8s.io", "customresourcedefinitions", crd.metadata.name),
  ];
  const hosts = new URL(webhooks.webhooks[0].clientConfig.url).hostname;
  const settings = "/api/v1/namespaces/postern-system/configmaps/postern-sync";
  const handedOver = { metadata: { annotations: { "postern.dev/sync": "true" } } };
  for (const answer of [
    await cluster.api.merge(role, { rules: [...rules, ...more] }),
    await cluster.api.merge(settings, { data: { hosts } }),
    await cluster.api.merge(path, handedOver),
  ])
    expect(answer.status).toBe(200);
  const phasePatch = { metadata: { annotations: { "postern.dev/sync-phase": "soaking" } } };
  // A canary has no state of the sync. Its policy lets the trust bundle through.
  const [first, ...rest] = webhooks.webhooks;
  const bundlePatch = {
    webhooks: [{ ...first, clientConfig: { ...first.clientConfig, caBundle: "" } }, ...rest],
  };
  const answer = await eventually("the new rights to be in force", async () => {
    const answered = await cluster.api.merge(path, bundlePatch, { as: SYNC });
    return answered.status === 403 ? undefined : answered;
  });
  expect(answer.status, answer.body.message).toBe(200);
  // An admin is denied: the exception is for the ServiceAccount of the sync.
  const crdPath = `${CRDS}/${crd.metadata.name}`;
  expect((await cluster.api.merge(crdPath, phasePatch)).status).toBe(500);
  // The sync's policies may deny this patch, but the API server does not call the gate.
  const { body } = await cluster.api.merge(crdPath, phasePatch, { as: SYNC });
  expect(JSON.stringify(body)).not.toContain("failed calling webhook");
});

it("the API server restarts and restores its ClusterRoles under a broken registration for everything", async () => {
  const role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:discovery";
  for (const object of registrations()) await cluster.api.delete(apiPathOf(object).path);
  await eventually("a create in the default namespace to be allowed", async () =>
    (await configMapIn("default")) === 201 ? true : undefined,
  );
  await cluster.api.delete(role);
  await applyAll(cluster, objects);
  await waitUntilDenied();
  await cluster.restartApiServer();
  await eventually("the API server to restore its ClusterRole", async () =>
    (await cluster.api.get(role)).status === 200 ? true : undefined,
  );
  await waitUntilDenied();
});

it("an admin can delete a broken registration for everything, and requests then succeed", async () => {
  for (const object of registrations()) expect((await cluster.api.delete(apiPathOf(object).path)).status).toBe(200);
  await eventually("a create in the default namespace to be allowed", async () =>
    (await configMapIn("default")) === 201 ? true : undefined,
  );
  await applyAll(cluster, objects);
  await waitUntilDenied();
});

function registrations(): KubeObject[] {
  return objects.filter(({ kind }) => kind.endsWith("WebhookConfiguration"));
}
