import { afterAll, beforeAll, expect, it } from "vitest";
import { APPLY, type ApiAnswer, type KubeObject } from "../cluster/ClusterApi.ts";
import { CANARY, MUTATING, SETTINGS, SyncBed, VALIDATING } from "./SyncBed.ts";
import { type SyncTokenCall, withSyncToken } from "./withSyncToken.ts";

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

/** A registration's webhooks with something changed in the first. */
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

/** What a stolen token might be used for. Each is a merge patch, unless it says otherwise. */
const escapes: readonly [what: string, attempt: () => Promise<ApiAnswer>][] = [
  [
    "failurePolicy Ignore",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, { failurePolicy: "Ignore" })),
  ],
  ["another timeout", async () => call("PATCH", VALIDATING, await changed(VALIDATING, { timeoutSeconds: 1 }))],
  ["no rules", async () => call("PATCH", VALIDATING, await changed(VALIDATING, { rules: [] }))],
  [
    "rules for everything",
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
    "a namespaceSelector that meets nothing",
    async () =>
      call("PATCH", VALIDATING, await changed(VALIDATING, { namespaceSelector: { matchLabels: { no: "where" } } })),
  ],
  [
    "an objectSelector",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, { objectSelector: { matchLabels: { a: "b" } } })),
  ],
  [
    "a matchCondition that is never true",
    async () =>
      call("PATCH", VALIDATING, await changed(VALIDATING, { matchConditions: [{ name: "no", expression: "false" }] })),
  ],
  ["matchPolicy Exact", async () => call("PATCH", VALIDATING, await changed(VALIDATING, { matchPolicy: "Exact" }))],
  [
    "other sideEffects",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, { sideEffects: "NoneOnDryRun" })),
  ],
  [
    "other review versions",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, { admissionReviewVersions: ["v1"] })),
  ],
  ["reinvocation", async () => call("PATCH", MUTATING, await changed(MUTATING, { reinvocationPolicy: "Never" }))],
  ["no webhooks", () => call("PATCH", VALIDATING, { webhooks: [] })],
  ["another name", async () => call("PATCH", VALIDATING, await changed(VALIDATING, { name: "other.postern.dev" }))],
  [
    "one webhook more",
    async () => {
      const { webhooks } = await bed.live(VALIDATING);
      return call("PATCH", VALIDATING, { webhooks: [...webhooks, { ...webhooks[0], name: "more.postern.dev" }] });
    },
  ],
  [
    "another host",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, url("https://evil.example.com/c/e2e/validate"))),
  ],
  [
    "a host with a listed one in it",
    async () => call("PATCH", CANARY, await changed(CANARY, url("https://127.0.0.1.example.com/c/e2e/validate"))),
  ],
  [
    "another cluster's settings",
    async () => call("PATCH", VALIDATING, await changed(VALIDATING, at("/c/lab/validate/default"))),
  ],
  ["another entry", async () => call("PATCH", VALIDATING, await changed(VALIDATING, at("/c/e2e/validate/other")))],
  ["no gate's path", async () => call("PATCH", MUTATING, await changed(MUTATING, at("/allow")))],
  ["another cluster on the canary", async () => call("PATCH", CANARY, await changed(CANARY, at("/c/lab/validate")))],
  [
    "another cluster's conversions",
    () => call("PATCH", GATEWAYS, conversion({ webhook: { clientConfig: { url: `${bed.edge.url}/c/lab/convert` } } })),
  ],
  ["http", async () => call("PATCH", VALIDATING, await changed(VALIDATING, url("http://127.0.0.1/c/e2e/validate")))],
  [
    "a Service",
    async () =>
      call(
        "PATCH",
        VALIDATING,
        await changed(VALIDATING, { clientConfig: { service: { namespace: "default", name: "x" } } }),
      ),
  ],
  ["another gate's label", () => call("PATCH", VALIDATING, { metadata: { labels: { "postern.dev/gate": "x" } } })],
  ["somebody's annotation", () => call("PATCH", VALIDATING, { metadata: { annotations: { "example.com/a": "b" } } })],
  [
    "an end to being handed over",
    () => call("PATCH", VALIDATING, { metadata: { annotations: { "postern.dev/sync": null } } }),
  ],
  ["a finalizer", () => call("PATCH", VALIDATING, { metadata: { finalizers: ["example.com/stay"] } })],
  [
    "an owner",
    () =>
      call("PATCH", VALIDATING, {
        metadata: { ownerReferences: [{ apiVersion: "v1", kind: "Namespace", name: "x", uid: "x" }] },
      }),
  ],
  [
    "a registration that was not handed over",
    async () => {
      const path = `${ADMISSION}/validatingwebhookconfigurations/not-handed-over`;
      return call("PATCH", path, await changed(path, url(`${bed.edge.url}/c/e2e/validate/x`)));
    },
  ],
  ["a registration's end", () => call("DELETE", VALIDATING)],
  [
    "a new registration",
    () =>
      call(
        "POST",
        `${ADMISSION}/validatingwebhookconfigurations`,
        { metadata: { name: "new" } },
        { contentType: "application/json" },
      ),
  ],
  [
    "a new registration by server-side apply",
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
  ["its own policy", () => call("PATCH", POLICY, { spec: { failurePolicy: "Ignore" } })],
  ["its own policy's binding", () => call("DELETE", BINDING)],
  ["its own list of hosts", () => call("PATCH", SETTINGS, { data: { hosts: "evil.example.com" } })],
  ["its own rights", () => call("PATCH", `${RBAC}/clusterroles/postern-sync`, { rules: [] })],
  [
    "a ConfigMap that stays",
    () => call("POST", SELF_TESTS, { metadata: { name: "x" } }, { contentType: "application/json" }),
  ],
  ["a definition's names", () => call("PATCH", GATEWAYS, { spec: { names: { shortNames: ["gw"] } } })],
  [
    "a definition's schema",
    async () => {
      const [version] = (await bed.live(GATEWAYS)).spec.versions;
      const schema = { openAPIV3Schema: { type: "object" } };
      return call("PATCH", GATEWAYS, { spec: { versions: [{ ...version, schema }] } });
    },
  ],
  ["no conversion", () => call("PATCH", GATEWAYS, conversion({ strategy: "None", webhook: null }))],
  [
    "other conversion versions",
    () => call("PATCH", GATEWAYS, conversion({ webhook: { conversionReviewVersions: ["v1beta1"] } })),
  ],
  [
    "a conversion elsewhere",
    () =>
      call(
        "PATCH",
        GATEWAYS,
        conversion({ webhook: { clientConfig: { url: "https://evil.example.com/c/e2e/convert" } } }),
      ),
  ],
  ["a definition's end", () => call("DELETE", GATEWAYS)],
];

it.each(escapes)("the sync's token does not get %s", async (_, attempt) => {
  const { status, body } = await attempt();
  expect([403, 422], body.message).toContain(status);
  // By a policy, by RBAC, or as a URL that nobody may write; not because something else is wrong with it.
  expect(body.message).toMatch(
    /ValidatingAdmissionPolicy 'postern-sync-|User "system:serviceaccount:\S+" cannot|'https' is the only allowed URL scheme/,
  );
});

it("it gets caBundle, url on a listed host and annotations of its own", async () => {
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
