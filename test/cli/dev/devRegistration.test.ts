import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { type DevRegistration, devRegistration } from "../../../src/cli/dev/devRegistration.ts";
import { defineGate, type GateDefinition } from "../../../src/gate/config/defineGate.ts";
import { conversion } from "../../../src/policy/define/conversion.ts";
import { policy } from "../../../src/policy/define/policy.ts";

const ca = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
const validator = policy({ name: "v", match: { resources: ["configmaps", "ingresses"] }, validate: () => {} });
const mutator = policy({ name: "m", match: { resources: ["services"] }, mutate: () => {} });
const gateway = conversion({ group: "example.com", kind: "Gateway", versions: ["v1"], hub: "v1", convert: {} });

function bothFor(definition: Partial<GateDefinition> = {}): Promise<DevRegistration> {
  const gate = defineGate({ policies: [validator, mutator], clusters: { local: { identity: "none" } }, ...definition });
  return devRegistration(gate, "local", { url: "https://localhost:8443", ca });
}
const textFor = async (definition: Partial<GateDefinition> = {}): Promise<string> =>
  (await bothFor(definition)).registration;
const read = (text: string): unknown[] => parseAllDocuments(text).map((document) => document.toJS());

it("devRegistration returns the rendered registration with the suffix .dev, the local CA and failurePolicy Ignore", async () => {
  const webhook = (purpose: string) => ({
    name: `default.${purpose}.postern.postern.dev`,
    clientConfig: {
      url: `https://localhost:8443/c/local/${purpose}/default`,
      caBundle: Buffer.from(ca).toString("base64"),
    },
    failurePolicy: "Ignore",
  });
  expect(read(await textFor({ conversions: [gateway] }))).toMatchObject([
    { kind: "ValidatingWebhookConfiguration", metadata: { name: "postern.dev" }, webhooks: [webhook("validate")] },
    { kind: "MutatingWebhookConfiguration", metadata: { name: "postern.dev" }, webhooks: [webhook("mutate")] },
  ]);
});

it("devRegistration sets failurePolicy Ignore on an entry with Fail and keeps its other settings", async () => {
  const entries = {
    e: { policies: ["v"], failurePolicy: "Fail" as const, timeoutSeconds: 2 },
    default: { timeoutSeconds: 3 },
  };
  expect(read(await textFor({ name: "mine", entries }))).toMatchObject([
    { metadata: { name: "mine.dev" }, webhooks: [{ failurePolicy: "Ignore", timeoutSeconds: 2 }] },
    { metadata: { name: "mine.dev" }, webhooks: [{ failurePolicy: "Ignore", timeoutSeconds: 3 }] },
  ]);
});

it("devRegistration includes the default entry when other entries name every policy", async () => {
  expect(read(await textFor({ entries: { e: { policies: ["v", "m"] } } }))).toHaveLength(2);
});

it("devRegistration of a small gate has few lines", async () => {
  expect((await textFor()).split("\n").length).toBeLessThan(90);
});

it("devRegistration returns the conversions apart, as patches of their CustomResourceDefinitions", async () => {
  expect((await bothFor()).conversions).toBeUndefined();
  const { conversions = "" } = await bothFor({ conversions: [gateway] });
  expect(read(conversions)).toMatchObject([
    {
      kind: "CustomResourceDefinition",
      metadata: { name: "gateways.example.com", labels: { "postern.dev/gate": "postern.dev" } },
      spec: {
        conversion: { webhook: { clientConfig: { url: "https://localhost:8443/c/local/convert" } } },
      },
    },
  ]);
  expect(conversions).toContain("--field-manager=postern-dev --force-conflicts");
});
