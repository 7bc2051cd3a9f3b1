import { APPLY, type ApiAnswer, type KubeObject } from "../../cluster/ClusterApi.ts";
import { CANARY, MUTATING, SETTINGS, type SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import type { SyncTokenCall } from "./bed/withSyncToken.ts";

export const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
export const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
export const GATEWAYS = `${CRDS}/gateways.example.com`;
const POLICY = `${ADMISSION}/validatingadmissionpolicies/postern-sync-registrations`;
const BINDING = `${ADMISSION}/validatingadmissionpolicybindings/postern-sync-registrations`;
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const SELF_TESTS = "/api/v1/namespaces/postern-selftest/configmaps";

/** A change of one webhook. */
type Change = KubeObject | ((webhook: KubeObject) => KubeObject);

/** Returns the webhooks of a registration with a change in the first. */
export async function changed(bed: SyncBed, path: string, change: Change): Promise<object> {
  const [first, ...others] = (await bed.live(path)).webhooks;
  return { webhooks: [typeof change === "function" ? change(first) : { ...first, ...change }, ...others] };
}

/** A change of the URL of a webhook. */
export const url = (to: string) => (webhook: KubeObject) => ({
  ...webhook,
  clientConfig: { ...webhook.clientConfig, url: to },
});

/** A change of the conversion of a definition. */
export const conversion = (change: object): object => ({ spec: { conversion: change } });

/**
 * Misuses of a stolen token of the sync, by name. Each is a merge patch unless the call sets another content type.
 * `callOf` returns the function that calls the API with the token.
 */
export function stolenTokenAttempts(
  bed: () => SyncBed,
  callOf: () => SyncTokenCall,
): readonly [what: string, send: () => Promise<ApiAnswer>][] {
  const call: SyncTokenCall = (...args) => callOf()(...args);
  const at = (path: string) => (webhook: KubeObject) => url(`${bed().edge.url}${path}`)(webhook);

  return [
    [
      "set failurePolicy Ignore",
      async () => call("PATCH", VALIDATING, await changed(bed(), VALIDATING, { failurePolicy: "Ignore" })),
    ],
    [
      "change timeoutSeconds",
      async () => call("PATCH", VALIDATING, await changed(bed(), VALIDATING, { timeoutSeconds: 1 })),
    ],
    ["remove the rules", async () => call("PATCH", VALIDATING, await changed(bed(), VALIDATING, { rules: [] }))],
    [
      "set rules for everything",
      async () =>
        call(
          "PATCH",
          MUTATING,
          await changed(bed(), MUTATING, {
            rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"], scope: "*" }],
          }),
        ),
    ],
    [
      "set a namespaceSelector that matches nothing",
      async () =>
        call(
          "PATCH",
          VALIDATING,
          await changed(bed(), VALIDATING, { namespaceSelector: { matchLabels: { no: "where" } } }),
        ),
    ],
    [
      "set an objectSelector",
      async () =>
        call("PATCH", VALIDATING, await changed(bed(), VALIDATING, { objectSelector: { matchLabels: { a: "b" } } })),
    ],
    [
      "set a matchCondition that is never true",
      async () =>
        call(
          "PATCH",
          VALIDATING,
          await changed(bed(), VALIDATING, { matchConditions: [{ name: "no", expression: "false" }] }),
        ),
    ],
    [
      "set matchPolicy Exact",
      async () => call("PATCH", VALIDATING, await changed(bed(), VALIDATING, { matchPolicy: "Exact" })),
    ],
    [
      "change sideEffects",
      async () => call("PATCH", VALIDATING, await changed(bed(), VALIDATING, { sideEffects: "NoneOnDryRun" })),
    ],
    [
      "change admissionReviewVersions",
      async () => call("PATCH", VALIDATING, await changed(bed(), VALIDATING, { admissionReviewVersions: ["v1"] })),
    ],
    [
      "change reinvocationPolicy",
      async () => call("PATCH", MUTATING, await changed(bed(), MUTATING, { reinvocationPolicy: "Never" })),
    ],
    ["remove all webhooks", () => call("PATCH", VALIDATING, { webhooks: [] })],
    [
      "rename a webhook",
      async () => call("PATCH", VALIDATING, await changed(bed(), VALIDATING, { name: "other.postern.dev" })),
    ],
    [
      "add a webhook",
      async () => {
        const { webhooks } = await bed().live(VALIDATING);
        return call("PATCH", VALIDATING, { webhooks: [...webhooks, { ...webhooks[0], name: "more.postern.dev" }] });
      },
    ],
    [
      "set a URL on another host",
      async () =>
        call("PATCH", VALIDATING, await changed(bed(), VALIDATING, url("https://evil.example.com/c/e2e/validate"))),
    ],
    [
      "set a URL on a host that contains a listed host",
      async () =>
        call("PATCH", CANARY, await changed(bed(), CANARY, url("https://127.0.0.1.example.com/c/e2e/validate"))),
    ],
    [
      "set the URL of another cluster",
      async () => call("PATCH", VALIDATING, await changed(bed(), VALIDATING, at("/c/lab/validate/default"))),
    ],
    [
      "set the URL of another entry",
      async () => call("PATCH", VALIDATING, await changed(bed(), VALIDATING, at("/c/e2e/validate/other"))),
    ],
    [
      "set a URL with a path that is not of a gate",
      async () => call("PATCH", MUTATING, await changed(bed(), MUTATING, at("/allow"))),
    ],
    [
      "set the URL of another cluster in the canary",
      async () => call("PATCH", CANARY, await changed(bed(), CANARY, at("/c/lab/validate"))),
    ],
    [
      "set the conversion URL of another cluster",
      () =>
        call("PATCH", GATEWAYS, conversion({ webhook: { clientConfig: { url: `${bed().edge.url}/c/lab/convert` } } })),
    ],
    [
      "set an http URL",
      async () => call("PATCH", VALIDATING, await changed(bed(), VALIDATING, url("http://127.0.0.1/c/e2e/validate"))),
    ],
    [
      "set a Service in place of a URL",
      async () =>
        call(
          "PATCH",
          VALIDATING,
          await changed(bed(), VALIDATING, { clientConfig: { service: { namespace: "default", name: "x" } } }),
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
        return call("PATCH", path, await changed(bed(), path, url(`${bed().edge.url}/c/e2e/validate/x`)));
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
        const [version] = (await bed().live(GATEWAYS)).spec.versions;
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
}
