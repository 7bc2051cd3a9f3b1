import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAnnouncement } from "../../src/announcement/readAnnouncement.ts";
import type { ClusterView } from "../../src/doctor/cluster/ClusterView.ts";
import { readRegistration } from "../../src/doctor/cluster/LiveRegistration.ts";
import { diagnose } from "../../src/doctor/diagnose.ts";
import { createGate } from "../../src/gate/createGate.ts";
import type { ClusterSettings } from "../../src/policy/define/ClusterSettings.ts";
import type { JsonObject } from "../../src/protocol/Json.ts";
import { renderRegistrations } from "../../src/registration/render/renderRegistrations.ts";
import { readStatement } from "../../src/sync/apply/readStatement.ts";
import { readTarget } from "../../src/sync/target/readTarget.ts";
import type { TargetKind } from "../../src/sync/target/SyncTarget.ts";
import { readState, stateAnnotations } from "../../src/sync/target/TargetState.ts";
import { type DoctorCa, doctorCa, viewOf } from "../doctor/doctorView.ts";
import gate from "../e2e/gates/sync.ts";
import { readReview } from "../fixtures/readReview.ts";
import { memoryLog } from "../gate/gateCall.ts";
import { EarlierVersion } from "./EarlierVersion.ts";

const earlier = EarlierVersion.last();
afterAll(() => earlier.remove());

const rendered: JsonObject[] = JSON.parse(earlier.text("registrations.json")).items;
const configurations = rendered.filter(({ kind }) => String(kind).endsWith("WebhookConfiguration"));
const urls = configurations.flatMap(({ kind, webhooks }) =>
  [webhooks].flat().map((webhook) => [String(kind), String(Object(Object(webhook).clientConfig).url)] as const),
);

it("the version before rendered a canary, a validator and a mutator", () => {
  expect(configurations.map(({ kind, metadata }) => `${kind} ${Object(metadata).name}`)).toEqual([
    "ValidatingWebhookConfiguration postern.canary",
    "ValidatingWebhookConfiguration postern",
    "MutatingWebhookConfiguration postern",
  ]);
});

it.each(urls)("this gate answers a review of the %s at %s of the version before", async (kind, url) => {
  const app = createGate(gate, { now: Date.now, log: memoryLog() });
  const body = readReview(kind.startsWith("Mutating") ? "mutate-v1-create-pods-1" : "validate-v1-create-pods-2");
  const call = { method: "POST", headers: { "content-type": "application/json" }, body };
  const answer = await app.fetch(new Request(`${url}?timeout=5s`, call));
  expect(answer.status).toBe(200);
  const { response }: { response: JsonObject } = JSON.parse(await answer.text());
  expect(response).toMatchObject(
    kind.startsWith("Mutating") ? { allowed: true, patchType: "JSONPatch" } : { allowed: false },
  );
});

describe("postern doctor with registrations of the version before", () => {
  let ca: DoctorCa;
  beforeAll(async () => {
    ca = await doctorCa("own");
  });

  async function found(more: Partial<ClusterView> = {}): Promise<string[]> {
    const registrations = configurations.flatMap((it) => readRegistration(it.kind as TargetKind, it) ?? []);
    const sources = undefined;
    const view = await viewOf(ca, { cluster: "e2e", registrations, sources, endpoints: [], ...more });
    return diagnose(view).map(({ severity, code, about }) => `${severity} ${code} ${about}`);
  }

  it("says that they are behind, and finds no fault", async () => {
    expect(await found()).toEqual([
      "info version-behind ValidatingWebhookConfiguration/postern.canary",
      "info version-behind ValidatingWebhookConfiguration/postern",
      "info version-behind MutatingWebhookConfiguration/postern",
    ]);
  });

  it("compares them with the sources of the gate", async () => {
    const settings: ClusterSettings = { cluster: "e2e", modeOf: () => "enforce", paramsOf: () => undefined };
    const { hash } = await renderRegistrations(gate, settings);
    const findings = await found({ sources: { gate, settings, hash } });
    expect(findings.filter((it) => it.startsWith("error"))).toEqual([]);
    expect(findings.filter((it) => it.includes("policy-not-called"))).toEqual([]);
  });
});

const states: Record<string, { state: JsonObject; annotations: Record<string, string> }> = JSON.parse(
  earlier.text("annotations.json"),
);

describe.each(Object.entries(states))(
  "the annotations of the sync of the version before: %s",
  (_, { state, annotations }) => {
    const [, production] = configurations;

    it("are read as the state that was written", () => {
      expect(readState(annotations)).toEqual(state);
      const metadata = { ...Object(production?.metadata), uid: "u", resourceVersion: "1" };
      const object = {
        ...production,
        metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
      };
      const target = readTarget("ValidatingWebhookConfiguration", object, { gate: "postern", latest: Date.now() });
      expect(target).toMatchObject({ state, stateFaults: [], fault: undefined });
    });

    it("are written again byte for byte", () => {
      expect(stateAnnotations(readState(annotations))).toEqual(annotations);
    });
  },
);

it("this sync follows an announcement of the version before", async () => {
  const { now, key, content, text } = JSON.parse(earlier.text("announcement.json"));
  const read = await readAnnouncement(text, key, { gate: "postern", hosts: ["gate.example.com"], now });
  expect(read).toMatchObject({ ok: true, announcement: content });
});

it("this sync verifies the statement of a gate of the version before, which states no version", async () => {
  const before = await import(earlier.program("gate.mjs"));
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const signingKey = await exportJWK(privateKey);
  const app = before.createGate(before.gate, { now: Date.now, log: memoryLog(), signingKey });
  const url = "https://gate.example.com/c/e2e/validate";
  const review = JSON.parse(readReview("validate-v1-create-pods-2"));
  const annotations = { "postern.dev/nonce": "n-1", "postern.dev/bundle-hash": "sha256:ab" };
  const metadata = { name: "postern", namespace: "postern-selftest", annotations };
  review.request.kind = { group: "", version: "v1", kind: "ConfigMap" };
  review.request.resource = { group: "", version: "v1", resource: "configmaps" };
  review.request.namespace = "postern-selftest";
  review.request.object = { apiVersion: "v1", kind: "ConfigMap", metadata };
  const headers = { "content-type": "application/json" };
  const answer = await app.fetch(new Request(url, { method: "POST", headers, body: JSON.stringify(review) }));
  const { response } = JSON.parse(await answer.text());
  const expected = { nonce: "n-1", bundleHash: "sha256:ab", cluster: "e2e", url, now: Date.now() };
  const publicKey = { kty: "OKP", crv: "Ed25519", x: signingKey.x ?? "" } as const;
  const statement = await readStatement(response.status.message, publicKey, expected);
  expect(statement).toMatchObject({
    ok: true,
    registrationHash: expect.stringMatching(/^sha256:/),
    version: undefined,
  });
});
