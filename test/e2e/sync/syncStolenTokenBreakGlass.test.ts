import { afterAll, beforeAll, expect, it } from "vitest";
import type { ApiAnswer, KubeObject } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { applyAll } from "../registration/registerGate.ts";
import { renderGate } from "../registration/renderGate.ts";
import { SETTINGS, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { type SyncTokenCall, withSyncToken } from "./bed/withSyncToken.ts";

const CONVERSIONS = new URL("../gates/syncConversions.ts", import.meta.url).pathname;
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const CANARY_CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/selftests.postern.selftest.postern.dev";
/** A registration with four webhooks: b and c are marked for break-glass, c and d have failurePolicy Ignore. */
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

/** Returns the webhooks of the marked registration with a change in the webhook `name`. */
async function markedWith(name: string, change: object): Promise<object> {
  const { webhooks } = await bed.live(MARKED);
  return {
    webhooks: webhooks.map((webhook: KubeObject) => (webhook.name === name ? { ...webhook, ...change } : webhook)),
  };
}

/** Calls `attempt` while the ConfigMap of the policy has the key for break-glass. */
async function withKey(attempt: () => Promise<ApiAnswer>, value = "true"): Promise<ApiAnswer> {
  await writeKey(value);
  try {
    return await attempt();
  } finally {
    await writeKey(null);
  }
}

/**
 * Writes the key, or deletes it. Resolves when the API server uses the new ConfigMap: the function adds a new host with
 * the key and waits until the policy allows that host.
 */
async function writeKey(breakGlass: string | null): Promise<void> {
  keyChanges += 1;
  const host = `set-${keyChanges}.example.com`;
  await bed.cluster.api.merge(SETTINGS, { data: { breakGlass, hosts: `127.0.0.1:*\n${host}:*\n` } });
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
let keyChanges = 0;

/** Misuses of a stolen token for break-glass and for the canary for conversions. */
const attempts: readonly [what: string, attempt: () => Promise<ApiAnswer>][] = [
  [
    "set failurePolicy Ignore in a marked webhook without the key",
    async () => call("PATCH", MARKED, await markedWith("b.x.dev", { failurePolicy: "Ignore" })),
  ],
  [
    "set failurePolicy Ignore in a marked webhook with another value of the key",
    () => withKey(async () => call("PATCH", MARKED, await markedWith("b.x.dev", { failurePolicy: "Ignore" })), "yes"),
  ],
  [
    "set failurePolicy Ignore in an unmarked webhook with the key",
    () => withKey(async () => call("PATCH", MARKED, await markedWith("a.x.dev", { failurePolicy: "Ignore" }))),
  ],
  [
    "set failurePolicy Ignore in a registration without marks with the key",
    () =>
      withKey(async () =>
        call("PATCH", VALIDATING, {
          webhooks: [{ ...(await bed.live(VALIDATING)).webhooks[0], failurePolicy: "Ignore" }],
        }),
      ),
  ],
  [
    "set failurePolicy Fail in an unmarked webhook with the key",
    () => withKey(async () => call("PATCH", MARKED, await markedWith("d.x.dev", { failurePolicy: "Fail" }))),
  ],
  [
    "change timeoutSeconds together with failurePolicy Ignore with the key",
    () =>
      withKey(async () =>
        call("PATCH", MARKED, await markedWith("b.x.dev", { failurePolicy: "Ignore", timeoutSeconds: 1 })),
      ),
  ],
  [
    "change the rules together with failurePolicy Ignore with the key",
    () =>
      withKey(async () => call("PATCH", MARKED, await markedWith("b.x.dev", { failurePolicy: "Ignore", rules: [] }))),
  ],
  [
    "change the order of the webhooks",
    async () => call("PATCH", MARKED, { webhooks: (await bed.live(MARKED)).webhooks.toReversed() }),
  ],
  [
    "add a mark",
    () => call("PATCH", MARKED, { metadata: { annotations: { "postern.dev/break-glass": "a.x.dev,b.x.dev" } } }),
  ],
  [
    "add a mark and set failurePolicy Ignore with the key",
    () =>
      withKey(async () =>
        call("PATCH", MARKED, {
          metadata: { annotations: { "postern.dev/break-glass": "a.x.dev" } },
          ...(await markedWith("a.x.dev", { failurePolicy: "Ignore" })),
        }),
      ),
  ],
  ["write the key", () => call("PATCH", SETTINGS, { data: { breakGlass: "true" } })],
  ["store a self-test", () => call("POST", CONVERSION_SELF_TESTS, SELF_TEST, { contentType: "application/json" })],
  [
    "make the served version of the canary for conversions its storage version",
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
    "remove the conversion of the canary for conversions",
    () => call("PATCH", CANARY_CRD, conversion({ strategy: "None", webhook: null })),
  ],
  [
    "set a URL on another host in the canary for conversions",
    () =>
      call(
        "PATCH",
        CANARY_CRD,
        conversion({ webhook: { clientConfig: { url: "https://evil.example.com/c/e2e/convert" } } }),
      ),
  ],
  ["delete the canary for conversions", () => call("DELETE", CANARY_CRD)],
];

it.each(attempts)("the API server denies the sync's token to %s", async (_, attempt) => {
  const { status, body } = await attempt();
  expect([403, 422], body.message).toContain(status);
  expect(body.message).toMatch(/ValidatingAdmissionPolicy 'postern-sync-|User "system:serviceaccount:\S+" cannot/);
});

it("the API server allows the sync's token to set failurePolicy of a marked webhook to Ignore with the key and to Fail without it", async () => {
  const dry = { query: { dryRun: "All" } };
  const broken = (...webhooks: string[]): object => ({
    metadata: {
      annotations: {
        "postern.dev/sync-broken-glass": JSON.stringify({ since: "2026-01-01T00:00:00.000Z", webhooks }),
      },
    },
  });
  const opened = await withKey(async () =>
    call("PATCH", MARKED, { ...broken("b.x.dev"), ...(await markedWith("b.x.dev", { failurePolicy: "Ignore" })) }, dry),
  );
  expect(opened.status, opened.body.message).toBe(200);
  for (const unnamed of [{}, broken("a.x.dev"), broken("bb.x.dev")]) {
    const hidden = await withKey(async () =>
      call("PATCH", MARKED, { ...unnamed, ...(await markedWith("b.x.dev", { failurePolicy: "Ignore" })) }, dry),
    );
    expect(hidden.body.message).toContain("is named in the annotation postern.dev/sync-broken-glass");
  }
  const closed = await call("PATCH", MARKED, await markedWith("c.x.dev", { failurePolicy: "Fail" }), dry);
  expect(closed.status, closed.body.message).toBe(200);
});

it("the API server allows the sync's token to create self-tests of conversions by dry run and to set the URL of their canary", async () => {
  const dry = { query: { dryRun: "All" } };
  const { status, body } = await call("POST", CONVERSION_SELF_TESTS, SELF_TEST, {
    ...dry,
    contentType: "application/json",
  });
  // Neither RBAC nor a policy denies the call: the API server tries to call the gate.
  expect({ status, message: body.message }).toEqual({
    status: 500,
    message: expect.stringMatching(/^conversion webhook for postern\.selftest\.postern\.dev\/v2, Kind=SelfTest failed/),
  });
  const to = conversion({ webhook: { clientConfig: { url: `${bed.edge.url}/c/e2e/convert/self-test-0a` } } });
  const answer = await call("PATCH", CANARY_CRD, to, dry);
  expect(answer.status, answer.body.message).toBe(200);
});
