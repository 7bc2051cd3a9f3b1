import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { clusterSettings } from "../../../src/gate/config/clusterSettings.ts";
import { defineGate, type GateDefinition } from "../../../src/gate/config/defineGate.ts";
import { conversion } from "../../../src/policy/define/conversion.ts";
import type { Endpoint } from "../../../src/registration/Endpoint.ts";
import { isWebhookConfiguration } from "../../../src/registration/RegistrationObject.ts";
import { type Rendered, renderRegistrations } from "../../../src/registration/render/renderRegistrations.ts";
import { type ClusterRest, openCluster } from "../../gate/openCluster.ts";
import { callsWebhook } from "../callsWebhook.ts";
import { mutator, validator } from "../gateFor.ts";
import { type ReviewOf, reviewOf } from "../reviewOf.ts";

const policies = [
  validator("v", { resources: ["pods", "services"], podTemplates: true, namespaces: { include: ["b-*", "a"] } }),
  validator("w", { resources: ["services"], labels: { matchLabels: { b: "1", a: "2" } } }),
  mutator("m", { resources: ["configmaps"] }),
];
const gateway = (more: object = {}) =>
  conversion({ group: "example.com", kind: "Gateway", versions: ["v1"], hub: "v1", convert: {}, ...more });
const AT: Endpoint = { url: "https://gate.example.com" };

function render(
  definition: Partial<GateDefinition> = {},
  endpoint: Endpoint = AT,
  cluster: ClusterRest = {},
): Promise<Rendered> {
  const gate = defineGate({ policies, clusters: { prod: openCluster(cluster) }, ...definition });
  return renderRegistrations(gate, clusterSettings("prod", openCluster(cluster), gate, true), endpoint);
}

it("renderRegistrations returns the self-test namespace, the canary, registrations and conversions, and labels those of the gate", async () => {
  const { objects, hash } = await render({ name: "mine", conversions: [gateway()] });
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    "Namespace postern-selftest",
    "ResourceQuota no-pods",
    "ValidatingWebhookConfiguration mine.canary",
    "ValidatingWebhookConfiguration mine",
    "MutatingWebhookConfiguration mine",
    "CustomResourceDefinition selftests.mine.selftest.postern.dev",
    "CustomResourceDefinition gateways.example.com",
  ]);
  for (const { metadata } of objects.slice(0, 2))
    expect([metadata.labels["postern.dev/gate"], metadata.annotations]).toEqual([undefined, undefined]);
  for (const { metadata } of objects.slice(2))
    expect(metadata).toMatchObject({
      labels: { "postern.dev/gate": "mine", "app.kubernetes.io/managed-by": "postern" },
      annotations: {
        "postern.dev/cluster": "prod",
        "postern.dev/registration-hash": hash,
        "postern.dev/version": manifest.version,
      },
    });
  expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
});

it("renderRegistrations leaves out the registration of mutators for a gate without mutators", async () => {
  const { objects } = await render({ policies: policies.slice(0, 1) });
  expect(objects.map(({ kind }) => kind)).not.toContain("MutatingWebhookConfiguration");
});

it("renderRegistrations returns one webhook for each entry and purpose, in the gate's order", async () => {
  const entries = { z: { policies: ["v", "m"] }, b: { policies: ["v"] } };
  const webhooks = (await render({ entries })).objects.filter(isWebhookConfiguration).flatMap((one) => one.webhooks);
  expect(webhooks.map(({ name, clientConfig }) => [name, clientConfig?.url])).toEqual([
    ["canary.postern.postern.dev", "https://gate.example.com/c/prod/validate"],
    ["z.validate.postern.postern.dev", "https://gate.example.com/c/prod/validate/z"],
    ["b.validate.postern.postern.dev", "https://gate.example.com/c/prod/validate/b"],
    ["default.validate.postern.postern.dev", "https://gate.example.com/c/prod/validate/default"],
    ["z.mutate.postern.postern.dev", "https://gate.example.com/c/prod/mutate/z"],
  ]);
});

it("renderRegistrations returns a conversion canary only for a gate that converts, with the same URL and CA", async () => {
  expect((await render()).objects.map(({ kind }) => kind)).not.toContain("CustomResourceDefinition");
  const { objects } = await render({ name: "mine", conversions: [gateway()] }, { ...AT, ca: "PEM" });
  const [canary, patch] = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
  const conversionOf = (object: object | undefined): unknown => JSON.parse(JSON.stringify(object)).spec.conversion;
  expect(conversionOf(canary)).toEqual(conversionOf(patch));
  expect(canary).toHaveProperty("spec.group", "mine.selftest.postern.dev");
  expect(canary).toHaveProperty("spec.versions", [
    expect.objectContaining({ name: "v1", served: false, storage: true }),
    expect.objectContaining({ name: "v2", served: true, storage: false }),
  ]);
});

it("renderRegistrations marks the webhooks of entries that allow break-glass and have failurePolicy Fail", async () => {
  const entries = {
    z: { policies: ["v", "m"], breakGlass: true },
    y: { policies: ["w"], breakGlass: true },
    b: { policies: ["v"] },
  };
  const marksOf = async (cluster: ClusterRest): Promise<unknown[]> =>
    (await render({ name: "mine", entries }, AT, cluster)).objects
      .filter(isWebhookConfiguration)
      .map(({ metadata }) => metadata.annotations?.["postern.dev/break-glass"]);
  expect(await marksOf({})).toEqual([
    undefined,
    "z.validate.mine.postern.dev,y.validate.mine.postern.dev",
    "z.mutate.mine.postern.dev",
  ]);
  expect(await marksOf({ modes: { v: "audit" } })).toEqual([
    undefined,
    "y.validate.mine.postern.dev",
    "z.mutate.mine.postern.dev",
  ]);
});

it("renderRegistrations patches only spec.conversion of a CustomResourceDefinition", async () => {
  const { objects } = await render({ conversions: [gateway({ plural: "gws" })] }, { ...AT, ca: "PEM" });
  expect(objects.at(-1)).toMatchObject({ metadata: { name: "gws.example.com" } });
  expect(objects.at(-1)).toHaveProperty("spec", {
    conversion: {
      strategy: "Webhook",
      webhook: {
        clientConfig: { url: "https://gate.example.com/c/prod/convert", caBundle: "UEVN" },
        conversionReviewVersions: ["v1", "v1beta1"],
      },
    },
  });
});

describe("the canary webhook", () => {
  it.each<[name: string, isCalled: boolean, review: ReviewOf]>([
    ["the ConfigMap of the gate's name", true, { name: "mine" }],
    ["another ConfigMap", false, { name: "kube-root-ca.crt" }],
    ["a ConfigMap without a name", false, { name: "" }],
    ["an update of the ConfigMap", false, { name: "mine", operation: "UPDATE" }],
    ["a ConfigMap of that name in another namespace", false, { name: "mine", namespace: "default" }],
    ["a Secret of that name", false, { name: "mine", at: "/secrets" }],
  ])("is called for %s: %s", async (_name, isCalled, about) => {
    const { objects } = await render({ name: "mine" });
    const [canary] = objects.filter(isWebhookConfiguration).flatMap(({ webhooks }) => webhooks);
    const { review, namespaceLabels } = reviewOf({ at: "/configmaps", namespace: "postern-selftest", ...about });
    expect(canary !== undefined && callsWebhook(canary, review, namespaceLabels)).toBe(isCalled);
  });
});

describe("the objects and hash of renderRegistrations", () => {
  it("do not depend on the order of policies, conversions and names in entries", async () => {
    const entries = { x: { policies: ["v", "w"] }, y: { policies: ["m"] } };
    const conversions = [gateway(), gateway({ kind: "Widget" })];
    const one = await render({ entries, conversions });
    const other = await render({
      policies: [...policies].reverse(),
      entries: { y: entries.y, x: { policies: ["w", "v"] } },
      conversions: [...conversions].reverse(),
    });
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
  });

  it("have the same hash for every URL and CA", async () => {
    const { hash } = await render();
    expect((await render({}, { url: "https://other.example.com/prefix", ca: "PEM" })).hash).toBe(hash);
  });

  it.each<[name: string, change: Partial<GateDefinition>, cluster?: ClusterRest]>([
    ["another name of the gate", { name: "other" }],
    [
      "one more policy",
      { policies: [...policies, validator("x", { resources: ["pods/exec"], operations: ["CONNECT"] })] },
    ],
    ["a policy with another match", { policies: [validator("v", { resources: ["services"] }), ...policies.slice(1)] }],
    ["one more entry", { entries: { a: { policies: ["v"] } } }],
    ["an entry with another option", { entries: { default: { timeoutSeconds: 3 } } }],
    ["one more conversion", { conversions: [gateway()] }],
    ["a cluster where nothing is enforced", {}, { mode: "audit" }],
  ])("have another hash with %s", async (_name, change, cluster = {}) => {
    expect((await render(change, AT, cluster)).hash).not.toBe((await render()).hash);
  });
});

it("src/registration/README.md shows the gate of the fixture readmeGate.ts and the webhook that is rendered for it", () => {
  const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
  const readme = read("src/registration/README.md");
  const [, excerpt = "nothing"] = /```yaml\n(webhooks:\n[^`]*)```/.exec(readme) ?? [];
  expect(read("test/fixtures/registrations/readmeGate.yaml")).toContain(excerpt);
  expect(readme).toContain(`\`\`\`ts\n${read("test/fixtures/gates/readmeGate.ts")}\`\`\`\n`);
});
