import { afterAll, beforeAll, expect, it } from "vitest";
import { splitBase, splitGateUrl } from "../../../src/protocol/gateUrl.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { writeAsMany } from "../api/foreignManagedFields.ts";
import { CANARY, LEASE, MUTATING, SETTINGS, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { type SyncTokenCall, withSyncToken } from "./bed/withSyncToken.ts";
import { ADMISSION, CRDS, changed, conversion, GATEWAYS, stolenTokenAttempts, url } from "./stolenTokenAttempts.ts";
import { ENDS, EVENTS, eventWith, leaseWith, stolenTokenForms } from "./stolenTokenForms.ts";

let bed: SyncBed;
let call: SyncTokenCall;

beforeAll(async () => {
  bed = await SyncBed.start();
  const { api } = bed.cluster;
  await bed.register(bed.cas.old.root);
  await api.create(`${ADMISSION}/validatingwebhookconfigurations`, {
    metadata: { name: "not-handed-over", labels: { "postern.dev/gate": "postern" } },
    webhooks: (await bed.live(VALIDATING)).webhooks,
  });
  await api.create(CRDS, gateways());
  const created = await Promise.all([
    api.create(LEASES, leaseWith()),
    api.create(EVENTS, eventWith({ metadata: { name: "of-another", namespace: "default" } })),
  ]);
  expect(created.map(({ status }) => status)).toEqual([201, 201]);
  // The port of the edge is that of the registrations. No other port is listed.
  await api.merge(SETTINGS, { data: { hosts: HOSTS } });
  call = await withSyncToken(bed, CONFIGURATIONS);
});

/** A port with a base, an IPv6 address in both spellings, and the default port. */
const HOSTS = "127.0.0.1:8443/base\n::1\n[::1]:8443\ngate.example.com:443\n[fe80::443]:443/base\n";

const LEASES = LEASE.slice(0, LEASE.lastIndexOf("/"));
const CONFIGURATIONS = ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"];

afterAll(() => bed?.stop());

const attempts = [stolenTokenAttempts, stolenTokenForms].flatMap((table) =>
  table(
    () => bed,
    () => call,
  ),
);

it.each(attempts)("the API server denies the sync's token to %s", async (_, send) => {
  const { status, body } = await send();
  expect([403, 422], body.message).toContain(status);
  // Denied by a policy, by RBAC, or because the URL is not https, and not for another reason.
  expect(body.message).toMatch(
    /ValidatingAdmissionPolicy 'postern-sync-|User "system:serviceaccount:\S+" cannot|'https' is the only allowed URL scheme|clientConfig\.url: |^Event "[^"]+" is invalid/,
  );
});

it("the API server allows the sync's token to set caBundle, a URL on a listed host and its annotations", async () => {
  const webhooks = (await bed.live(VALIDATING)).webhooks.map((webhook: KubeObject) => ({
    ...webhook,
    clientConfig: { url: `${webhook.clientConfig.url}`, caBundle: Buffer.from("x").toString("base64") },
  }));
  const annotations = { "postern.dev/sync-phase": "soaking" };
  const dry = { query: { dryRun: "All" } };
  const { status, body } = await call("PATCH", VALIDATING, { metadata: { annotations }, webhooks }, dry);
  expect(status, body.message).toBe(200);
  const bases = [
    ...["https://127.0.0.1:8443/base", "https://[::1]", "https://[::1]:8443"],
    ...["https://gate.example.com", "https://[fe80::443]/base"],
  ];
  for (const base of bases)
    for (const [path, to] of [
      [VALIDATING, "/c/e2e/validate/default"],
      [CANARY, "/c/e2e/validate/self-test-0"],
    ] as const) {
      const moved = await call("PATCH", path, await changed(bed, path, url(`${base}${to}`)), dry);
      expect(moved.status, moved.body.message).toBe(200);
    }
  const conversionUrl = conversion({ webhook: { clientConfig: { url: `${bed.edge.url}/c/e2e/convert` } } });
  const answer = await call("PATCH", GATEWAYS, { metadata: { annotations }, ...conversionUrl }, dry);
  expect(answer.status, answer.body.message).toBe(200);
});

it.each(ENDS)(
  "the API server and the gate's grammar agree on a URL at a listed place that ends with %j",
  async (end) => {
    const to = `https://127.0.0.1:8443/base${end}`;
    const read = splitGateUrl(to, "e2e");
    const { status } = await call("PATCH", VALIDATING, await changed(bed, VALIDATING, url(to)), {
      query: { dryRun: "All" },
    });
    const { place } = splitBase(read?.base ?? "");
    const isSame = place === "https://127.0.0.1:8443/base" && read?.path === "/c/e2e/validate/default";
    expect(status === 200).toBe(isSame);
  },
);

it("the API server lets the sync put capabilities into URLs, replace them and not remove them", async () => {
  const first = (await bed.live(VALIDATING)).webhooks[0].clientConfig.url;
  const withToken = (token: string): string => first.replace("/c/", `/k/${token}/c/`);
  const canaryUrl = (await bed.live(CANARY)).webhooks[0].clientConfig.url;
  const statuses: number[] = [];
  const write = async (path: string, to: string): Promise<void> => {
    statuses.push((await call("PATCH", path, await changed(bed, path, url(to)))).status);
  };
  await write(VALIDATING, withToken("a".repeat(512)));
  await write(VALIDATING, withToken("b"));
  await write(VALIDATING, first);
  await write(CANARY, canaryUrl.replace("/c/", "/k/b/c/"));
  await write(CANARY, canaryUrl);
  expect(statuses).toEqual([200, 200, 422, 200, 200]);
  const restored = await bed.cluster.api.merge(VALIDATING, await changed(bed, VALIDATING, url(first)));
  expect(restored.status).toBe(200);
});

it("the API server lets the sync write a registration with more field managers than it keeps", async () => {
  await writeAsMany(bed.cluster.api, MUTATING);
  const webhooks = await changed(bed, MUTATING, (webhook: KubeObject) => ({
    ...webhook,
    clientConfig: { ...webhook.clientConfig, caBundle: Buffer.from("x").toString("base64") },
  }));
  const { status, body } = await call("PATCH", MUTATING, webhooks, { query: { dryRun: "All" } });
  expect(status, body.message).toBe(200);
  const managers = body.metadata.managedFields.map(({ manager }: KubeObject) => manager);
  expect(managers).toContain("ancient-changes");
});

it("the API server allows the sync's token to write its Lease and an Event in its own name", async () => {
  const dry = { query: { dryRun: "All" }, contentType: "application/json" };
  const { metadata } = await bed.live(LEASE);
  const renewed = leaseWith({ resourceVersion: metadata.resourceVersion }, { leaseTransitions: 1 });
  const lease = await call("PUT", LEASE, renewed, dry);
  expect(lease.status, lease.body.message).toBe(200);
  const event = await call("POST", EVENTS, eventWith(), dry);
  expect(event.status, event.body.message).toBe(201);
});

function gateways(): object {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const webhook = { conversionReviewVersions: ["v1"], clientConfig: { url: `${bed.edge.url}/c/e2e/convert` } };
  return {
    metadata: {
      name: "gateways.example.com",
      labels: { "postern.dev/gate": "postern" },
      annotations: { "postern.dev/sync": "true" },
    },
    spec: {
      group: "example.com",
      names: { plural: "gateways", singular: "gateway", kind: "Gateway", listKind: "GatewayList" },
      scope: "Namespaced",
      versions: [{ name: "v1", served: true, storage: true, schema }],
      conversion: { strategy: "Webhook", webhook },
    },
  };
}

it("the API server lets the sync renew a Lease that a tool labelled, and change none of its labels", async () => {
  const labels = { "argocd.argoproj.io/instance": "postern" };
  const labelled = { metadata: { labels, annotations: { note: "kept" } } };
  expect((await bed.cluster.api.merge(LEASE, labelled)).status).toBe(200);
  const { metadata } = await bed.live(LEASE);
  const { resourceVersion, annotations } = metadata;
  const renew = async (more: object): Promise<number> => {
    const renewed = leaseWith({ resourceVersion, ...more }, { leaseTransitions: 1 });
    const options = { query: { dryRun: "All" }, contentType: "application/json" };
    return (await call("PUT", LEASE, renewed, options)).status;
  };
  expect(await renew({ labels, annotations })).toBe(200);
  expect(await renew({})).toBe(200);
  expect(await renew({ labels: { ...labels, a: "b" }, annotations })).toBe(422);
  expect(await renew({ labels, annotations: { note: "x".repeat(1_000) } })).toBe(422);
});
