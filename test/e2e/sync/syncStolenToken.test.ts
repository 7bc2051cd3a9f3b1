import { afterAll, beforeAll, expect, it } from "vitest";
import { APPLY, type ApiAnswer, type KubeObject } from "../../cluster/ClusterApi.ts";
import { CANARY, MUTATING, SETTINGS, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { type SyncTokenCall, withSyncToken } from "./bed/withSyncToken.ts";

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const GATEWAYS = `${CRDS}/gateways.example.com`;
const POLICY = `${ADMISSION}/validatingadmissionpolicies/postern-sync-registrations`;
const BINDING = `${ADMISSION}/validatingadmissionpolicybindings/postern-sync-registrations`;
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const SELF_TESTS = "/api/v1/namespaces/postern-selftest/configmaps";

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
  call = await withSyncToken(bed, CONFIGURATIONS);
});

const CONFIGURATIONS = ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"];

afterAll(() => bed?.stop());

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

/** Returns the webhooks of a registration with a change in the first. */
async function changed(path: string, change: KubeObject | ((webhook: KubeObject) => KubeObject)): Promise<object> {
  const [first, ...others] = (await bed.live(path)).webhooks;
  return { webhooks: [typeof change === "function" ? change(first) : { ...first, ...change }, ...others] };
}

const url = (to: string) => (webhook: KubeObject) => ({
  ...webhook,
  clientConfig: { ...webhook.clientConfig, url: to },
});
const at = (path: string) => (webhook: KubeObject) => url(`${bed.edge.url}${path}`)(webhook);
const conversion = (change: object): object => ({ spec: { conversion: change } });

/** Misuses of a stolen token. Each is a merge patch unless the call sets another content type. */
const attempts: readonly [what: string, send: () => Promise<ApiAnswer>][] = [
  [
    "set failurePolicy Ignore",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, { failurePolicy: "Ignore" })),
  ],
  ["change timeoutSeconds", async () => call("PATCH", VALIDATING, await changed(VALIDATING, { timeoutSeconds: 1 }))],
  ["remove the rules", async () => call("PATCH", VALIDATING, await changed(VALIDATING, { rules: [] }))],
  [
    "set rules for everything",
    async () =>
      call(
        "PATCH",
        MUTATING,
        await changed(MUTATING, {
          rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"], scope: "*" }],
        }),
      ),
  ],
  [
    "set a namespaceSelector that matches nothing",
    async () =>
      call("PATCH", VALIDATING, await changed(VALIDATING, { namespaceSelector: { matchLabels: { no: "where" } } })),
  ],
  [
    "set an objectSelector",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, { objectSelector: { matchLabels: { a: "b" } } })),
  ],
  [
    "set a matchCondition that is never true",
    async () =>
      call("PATCH", VALIDATING, await changed(VALIDATING, { matchConditions: [{ name: "no", expression: "false" }] })),
  ],
  ["set matchPolicy Exact", async () => call("PATCH", VALIDATING, await changed(VALIDATING, { matchPolicy: "Exact" }))],
  [
    "change sideEffects",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, { sideEffects: "NoneOnDryRun" })),
  ],
  [
    "change admissionReviewVersions",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, { admissionReviewVersions: ["v1"] })),
  ],
  [
    "change reinvocationPolicy",
    async () => call("PATCH", MUTATING, await changed(MUTATING, { reinvocationPolicy: "Never" })),
  ],
  ["remove all webhooks", () => call("PATCH", VALIDATING, { webhooks: [] })],
  ["rename a webhook", async () => call("PATCH", VALIDATING, await changed(VALIDATING, { name: "other.postern.dev" }))],
  [
    "add a webhook",
    async () => {
      const { webhooks } = await bed.live(VALIDATING);
      return call("PATCH", VALIDATING, { webhooks: [...webhooks, { ...webhooks[0], name: "more.postern.dev" }] });
    },
  ],
  [
    "set a URL on another host",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, url("https://evil.example.com/c/e2e/validate"))),
  ],
  [
    "set a URL on a host that contains a listed host",
    async () => call("PATCH", CANARY, await changed(CANARY, url("https://127.0.0.1.example.com/c/e2e/validate"))),
  ],
  [
    "set the URL of another cluster",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, at("/c/lab/validate/default"))),
  ],
  [
    "set the URL of another entry",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, at("/c/e2e/validate/other"))),
  ],
  [
    "set a URL with a path that is not of a gate",
    async () => call("PATCH", MUTATING, await changed(MUTATING, at("/allow"))),
  ],
  [
    "set the URL of another cluster in the canary",
    async () => call("PATCH", CANARY, await changed(CANARY, at("/c/lab/validate"))),
  ],
  [
    "set the conversion URL of another cluster",
    () => call("PATCH", GATEWAYS, conversion({ webhook: { clientConfig: { url: `${bed.edge.url}/c/lab/convert` } } })),
  ],
  [
    "set an http URL",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, url("http://127.0.0.1/c/e2e/validate"))),
  ],
  [
    "set a Service in place of a URL",
    async () =>
      call(
        "PATCH",
        VALIDATING,
        await changed(VALIDATING, { clientConfig: { service: { namespace: "default", name: "x" } } }),
      ),
  ],
  [
    "set the label of another gate",
    () => call("PATCH", VALIDATING, { metadata: { labels: { "postern.dev/gate": "x" } } }),
  ],
  [
    "set a foreign annotation",
    () => call("PATCH", VALIDATING, { metadata: { annotations: { "example.com/a": "b" } } }),
  ],
  [
    "remove the annotation that hands the registration over",
    () => call("PATCH", VALIDATING, { metadata: { annotations: { "postern.dev/sync": null } } }),
  ],
  ["add a finalizer", () => call("PATCH", VALIDATING, { metadata: { finalizers: ["example.com/stay"] } })],
  [
    "add an owner reference",
    () =>
      call("PATCH", VALIDATING, {
        metadata: { ownerReferences: [{ apiVersion: "v1", kind: "Namespace", name: "x", uid: "x" }] },
      }),
  ],
  [
    "patch a registration that is not handed over",
    async () => {
      const path = `${ADMISSION}/validatingwebhookconfigurations/not-handed-over`;
      return call("PATCH", path, await changed(path, url(`${bed.edge.url}/c/e2e/validate/x`)));
    },
  ],
  ["delete a registration", () => call("DELETE", VALIDATING)],
  [
    "create a registration",
    () =>
      call(
        "POST",
        `${ADMISSION}/validatingwebhookconfigurations`,
        { metadata: { name: "new" } },
        { contentType: "application/json" },
      ),
  ],
  [
    "create a registration by server-side apply",
    () =>
      call(
        "PATCH",
        `${ADMISSION}/validatingwebhookconfigurations/new`,
        {
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "ValidatingWebhookConfiguration",
          metadata: { name: "new" },
        },
        { contentType: APPLY, query: { fieldManager: "postern-sync", force: "true" } },
      ),
  ],
  ["patch its ValidatingAdmissionPolicy", () => call("PATCH", POLICY, { spec: { failurePolicy: "Ignore" } })],
  ["delete the binding of its ValidatingAdmissionPolicy", () => call("DELETE", BINDING)],
  ["change its list of hosts", () => call("PATCH", SETTINGS, { data: { hosts: "evil.example.com" } })],
  ["change its ClusterRole", () => call("PATCH", `${RBAC}/clusterroles/postern-sync`, { rules: [] })],
  [
    "store a ConfigMap",
    () => call("POST", SELF_TESTS, { metadata: { name: "x" } }, { contentType: "application/json" }),
  ],
  ["change the names of a definition", () => call("PATCH", GATEWAYS, { spec: { names: { shortNames: ["gw"] } } })],
  [
    "change the schema of a definition",
    async () => {
      const [version] = (await bed.live(GATEWAYS)).spec.versions;
      const schema = { openAPIV3Schema: { type: "object" } };
      return call("PATCH", GATEWAYS, { spec: { versions: [{ ...version, schema }] } });
    },
  ],
  [
    "remove the conversion of a definition",
    () => call("PATCH", GATEWAYS, conversion({ strategy: "None", webhook: null })),
  ],
  [
    "change conversionReviewVersions",
    () => call("PATCH", GATEWAYS, conversion({ webhook: { conversionReviewVersions: ["v1beta1"] } })),
  ],
  [
    "set a conversion URL on another host",
    () =>
      call(
        "PATCH",
        GATEWAYS,
        conversion({ webhook: { clientConfig: { url: "https://evil.example.com/c/e2e/convert" } } }),
      ),
  ],
  ["delete a definition", () => call("DELETE", GATEWAYS)],
];

it.each(attempts)("the API server denies the sync's token to %s", async (_, send) => {
  const { status, body } = await send();
  expect([403, 422], body.message).toContain(status);
  // Denied by a policy, by RBAC, or because the URL is not https, and not for another reason.
  expect(body.message).toMatch(
    /ValidatingAdmissionPolicy 'postern-sync-|User "system:serviceaccount:\S+" cannot|'https' is the only allowed URL scheme/,
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
  const base = "https://127.0.0.1:1/gates";
  for (const [path, to] of [
    [VALIDATING, "/c/e2e/validate/default"],
    [CANARY, "/c/e2e/validate/self-test-0"],
  ] as const) {
    const moved = await call("PATCH", path, await changed(path, url(`${base}${to}`)), dry);
    expect(moved.status, moved.body.message).toBe(200);
  }
  const conversionUrl = conversion({ webhook: { clientConfig: { url: `${bed.edge.url}/c/e2e/convert` } } });
  const answer = await call("PATCH", GATEWAYS, { metadata: { annotations }, ...conversionUrl }, dry);
  expect(answer.status, answer.body.message).toBe(200);
});
