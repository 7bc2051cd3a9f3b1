import { afterAll, beforeAll, expect, it } from "vitest";
import type { ApiAnswer, KubeObject } from "../cluster/ClusterApi.ts";
import { eventually } from "../run/eventually.ts";
import { applyAll } from "./registerGate.ts";
import { renderGate } from "./renderGate.ts";
import { SETTINGS, SyncBed, VALIDATING } from "./SyncBed.ts";
import { type SyncTokenCall, withSyncToken } from "./withSyncToken.ts";

const CONVERSIONS = new URL("gates/syncConversions.ts", import.meta.url).pathname;
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const CANARY_CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/selftests.postern.selftest.postern.dev";
/** Of its webhooks b and c are marked for break-glass; c and d have Ignore. */
const MARKED = `${ADMISSION}/validatingwebhookconfigurations/marked`;
const CONVERSION_SELF_TESTS = "/apis/postern.selftest.postern.dev/v2/namespaces/postern-selftest/selftests";
const SELF_TEST = { apiVersion: "postern.selftest.postern.dev/v2", kind: "SelfTest", metadata: { name: "postern" } };

let bed: SyncBed;
let call: SyncTokenCall;

beforeAll(async () => {
  bed = await SyncBed.start();
  const { api } = bed.cluster;
  await bed.register(bed.cas.old.root);
  const [canary] = (
    await renderGate({ gate: CONVERSIONS, url: bed.edge.url, ca: bed.cas.old.root, sync: true })
  ).filter(({ kind, spec }) => kind === "CustomResourceDefinition" && spec.group !== undefined);
  await applyAll(bed.cluster, [canary]);
  const [webhook] = (await bed.live(VALIDATING)).webhooks;
  const named = (name: string, failurePolicy: string): object => ({ ...webhook, name, failurePolicy });
  await api.create(`${ADMISSION}/validatingwebhookconfigurations`, {
    metadata: {
      name: "marked",
      labels: { "postern.dev/gate": "postern" },
      annotations: { "postern.dev/sync": "true", "postern.dev/break-glass": "b.x.dev,c.x.dev" },
    },
    webhooks: [
      named("a.x.dev", "Fail"),
      named("b.x.dev", "Fail"),
      named("c.x.dev", "Ignore"),
      named("d.x.dev", "Ignore"),
    ],
  });
  call = await withSyncToken(bed, ["validatingwebhookconfigurations"]);
});

afterAll(() => bed?.stop());

const conversion = (change: object): object => ({ spec: { conversion: change } });

/** The marked registration's webhooks with something changed in the one of a name. */
async function markedWith(name: string, change: object): Promise<object> {
  const { webhooks } = await bed.live(MARKED);
  return {
    webhooks: webhooks.map((webhook: KubeObject) => (webhook.name === name ? { ...webhook, ...change } : webhook)),
  };
}

/** Something attempted while the policy's ConfigMap has the key for break-glass. */
async function withKey(attempt: () => Promise<ApiAnswer>, value = "true"): Promise<ApiAnswer> {
  await set(value);
  try {
    return await attempt();
  } finally {
    await set(null);
  }
}

/** Writes the key, and resolves when the API server goes by it: a host that is listed along with it tells, whatever it is. */
async function set(breakGlass: string | null): Promise<void> {
  sets += 1;
  const host = `set-${sets}.example.com`;
  await bed.cluster.api.merge(SETTINGS, { data: { breakGlass, hosts: `127.0.0.1\n${host}\n` } });
  await eventually(`the key to be ${breakGlass}`, async () => {
    const { webhooks } = await bed.live(MARKED);
    const moved = webhooks.map(({ clientConfig, ...webhook }: KubeObject) => ({
      ...webhook,
      clientConfig: { ...clientConfig, url: clientConfig.url.replace("127.0.0.1", host) },
    }));
    const answer = await call("PATCH", MARKED, { webhooks: moved }, { query: { dryRun: "All" } });
    return answer.status === 200 ? true : undefined;
  });
}
let sets = 0;

/** What a stolen token might be used for around break-glass and the canary for conversions. */
const escapes: readonly [what: string, attempt: () => Promise<ApiAnswer>][] = [
  [
    "failurePolicy Ignore of a marked webhook, without the key",
    async () => call("PATCH", MARKED, await markedWith("b.x.dev", { failurePolicy: "Ignore" })),
  ],
  [
    "failurePolicy Ignore of a marked webhook, with another value of the key",
    () => withKey(async () => call("PATCH", MARKED, await markedWith("b.x.dev", { failurePolicy: "Ignore" })), "yes"),
  ],
  [
    "failurePolicy Ignore of a webhook that is not marked, with the key",
    () => withKey(async () => call("PATCH", MARKED, await markedWith("a.x.dev", { failurePolicy: "Ignore" }))),
  ],
  [
    "failurePolicy Ignore in a registration without marks, with the key",
    () =>
      withKey(async () =>
        call("PATCH", VALIDATING, {
          webhooks: [{ ...(await bed.live(VALIDATING)).webhooks[0], failurePolicy: "Ignore" }],
        }),
      ),
  ],
  [
    "failurePolicy Fail of a webhook that is not marked, with the key",
    () => withKey(async () => call("PATCH", MARKED, await markedWith("d.x.dev", { failurePolicy: "Fail" }))),
  ],
  [
    "another timeout along with failurePolicy Ignore, with the key",
    () =>
      withKey(async () =>
        call("PATCH", MARKED, await markedWith("b.x.dev", { failurePolicy: "Ignore", timeoutSeconds: 1 })),
      ),
  ],
  [
    "rules along with failurePolicy Ignore, with the key",
    () =>
      withKey(async () => call("PATCH", MARKED, await markedWith("b.x.dev", { failurePolicy: "Ignore", rules: [] }))),
  ],
  [
    "another order of webhooks",
    async () => call("PATCH", MARKED, { webhooks: (await bed.live(MARKED)).webhooks.toReversed() }),
  ],
  [
    "a mark of its own",
    () => call("PATCH", MARKED, { metadata: { annotations: { "postern.dev/break-glass": "a.x.dev,b.x.dev" } } }),
  ],
  [
    "a mark of its own along with what it allows, with the key",
    () =>
      withKey(async () =>
        call("PATCH", MARKED, {
          metadata: { annotations: { "postern.dev/break-glass": "a.x.dev" } },
          ...(await markedWith("a.x.dev", { failurePolicy: "Ignore" })),
        }),
      ),
  ],
  ["the key", () => call("PATCH", SETTINGS, { data: { breakGlass: "true" } })],
  [
    "a self-test that is stored",
    () => call("POST", CONVERSION_SELF_TESTS, SELF_TEST, { contentType: "application/json" }),
  ],
  [
    "a canary for conversions that stores what is served",
    async () => {
      const [v1, v2] = (await bed.live(CANARY_CRD)).spec.versions;
      return call("PATCH", CANARY_CRD, {
        spec: {
          versions: [
            { ...v1, storage: false },
            { ...v2, storage: true },
          ],
        },
      });
    },
  ],
  [
    "a canary for conversions without one",
    () => call("PATCH", CANARY_CRD, conversion({ strategy: "None", webhook: null })),
  ],
  [
    "a canary for conversions elsewhere",
    () =>
      call(
        "PATCH",
        CANARY_CRD,
        conversion({ webhook: { clientConfig: { url: "https://evil.example.com/c/e2e/convert" } } }),
      ),
  ],
  ["the end of the canary for conversions", () => call("DELETE", CANARY_CRD)],
];

it.each(escapes)("the sync's token does not get %s", async (_, attempt) => {
  const { status, body } = await attempt();
  expect([403, 422], body.message).toContain(status);
  expect(body.message).toMatch(/ValidatingAdmissionPolicy 'postern-sync-|User "system:serviceaccount:\S+" cannot/);
});

it("it gets failurePolicy of a marked webhook, with the key to Ignore and without it back to Fail", async () => {
  const dry = { query: { dryRun: "All" } };
  const annotations = { "postern.dev/sync-broken-glass": "{}" };
  const opened = await withKey(async () =>
    call(
      "PATCH",
      MARKED,
      { metadata: { annotations }, ...(await markedWith("b.x.dev", { failurePolicy: "Ignore" })) },
      dry,
    ),
  );
  expect(opened.status, opened.body.message).toBe(200);
  const closed = await call("PATCH", MARKED, await markedWith("c.x.dev", { failurePolicy: "Fail" }), dry);
  expect(closed.status, closed.body.message).toBe(200);
});

it("it gets self-tests of conversions by dry run, and the URL of their canary", async () => {
  const dry = { query: { dryRun: "All" } };
  const { status, body } = await call("POST", CONVERSION_SELF_TESTS, SELF_TEST, {
    ...dry,
    contentType: "application/json",
  });
  // Neither RBAC nor a policy: it is on its way to the gate.
  expect({ status, message: body.message }).toEqual({
    status: 500,
    message: expect.stringMatching(/^conversion webhook for postern\.selftest\.postern\.dev\/v2, Kind=SelfTest failed/),
  });
  const to = conversion({ webhook: { clientConfig: { url: `${bed.edge.url}/c/e2e/convert/self-test-0a` } } });
  const answer = await call("PATCH", CANARY_CRD, to, dry);
  expect(answer.status, answer.body.message).toBe(200);
});
