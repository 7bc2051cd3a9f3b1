import { afterAll, beforeAll, expect, it } from "vitest";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { CANARY, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { type SyncTokenCall, withSyncToken } from "./bed/withSyncToken.ts";
import { ADMISSION, CRDS, changed, conversion, GATEWAYS, stolenTokenAttempts, url } from "./stolenTokenAttempts.ts";

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

const attempts = stolenTokenAttempts(
  () => bed,
  () => call,
);

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
    const moved = await call("PATCH", path, await changed(bed, path, url(`${base}${to}`)), dry);
    expect(moved.status, moved.body.message).toBe(200);
  }
  const conversionUrl = conversion({ webhook: { clientConfig: { url: `${bed.edge.url}/c/e2e/convert` } } });
  const answer = await call("PATCH", GATEWAYS, { metadata: { annotations }, ...conversionUrl }, dry);
  expect(answer.status, answer.body.message).toBe(200);
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
