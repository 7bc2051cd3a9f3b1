import { compactVerify, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { clusterSettings } from "../../../src/gate/config/clusterSettings.ts";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { conversion } from "../../../src/policy/define/conversion.ts";
import { renderRegistrations } from "../../../src/registration/render/renderRegistrations.ts";
import { readReview } from "../../fixtures/readReview.ts";
import { reviewCall, testGate } from "../gateCall.ts";

interface Change {
  readonly namespace?: string;
  readonly resource?: string;
  readonly operation?: string;
  readonly annotations?: object;
}

function selfTest({
  namespace = "postern-selftest",
  resource = "configmaps",
  operation = "CREATE",
  annotations,
}: Change = {}): string {
  const review = JSON.parse(readReview("validate-v1-create-secrets-1"));
  Object.assign(review.request, {
    namespace,
    operation,
    kind: { group: "", version: "v1", kind: "ConfigMap" },
    resource: { group: "", version: "v1", resource },
  });
  review.request.object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "probe",
      namespace,
      annotations: annotations ?? { "postern.dev/nonce": "n-123", "postern.dev/bundle-hash": "sha256:abc" },
    },
  };
  return JSON.stringify(review);
}

/** A ConversionReview of a self-test, as the API server sends it, with further objects before it. */
function conversionSelfTest(group = "g.selftest.postern.dev", others: readonly object[] = []): string {
  const annotations = { "postern.dev/nonce": "n-123", "postern.dev/bundle-hash": "sha256:abc" };
  const object = { apiVersion: `${group}/v2`, kind: "SelfTest", metadata: { name: "g", annotations } };
  const request = { uid: "u", desiredAPIVersion: `${group}/v1`, objects: [...others, object] };
  return JSON.stringify({ apiVersion: "apiextensions.k8s.io/v1", kind: "ConversionReview", request });
}

let signingKey: JWK;
let publicKey: JWK;
beforeAll(async () => {
  const pair = await generateKeyPair("EdDSA", { extractable: true });
  signingKey = { ...(await exportJWK(pair.privateKey)), kid: "key-1" };
  publicKey = await exportJWK(pair.publicKey);
});

async function messageOf(response: Response): Promise<string> {
  const { response: answer } = await response.json();
  expect(answer).toMatchObject({ allowed: false, status: { code: 403 } });
  return answer.status.message;
}

describe("a self-test review", () => {
  it("is denied in every mode and on every path, with a statement that the gate's public key verifies", async () => {
    const { app } = testGate(
      { clusters: { local: { identity: "none", mode: "audit" } } },
      { signingKey, now: () => 1_795_491_302_500 },
    );
    for (const path of ["/c/local/validate", "/c/local/mutate", "/c/local/validate/entry"]) {
      const message = await messageOf(await app.fetch(reviewCall(`${path}?timeout=5s`, selfTest())));
      const jws = message.replace("postern self-test reached the gate; signed statement: ", "");
      const { payload, protectedHeader } = await compactVerify(jws, await importJWK(publicKey, "EdDSA"));
      expect(protectedHeader).toEqual({ alg: "EdDSA", typ: "postern-selftest+jwt", kid: "key-1" });
      expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({
        nonce: "n-123",
        bundleHash: "sha256:abc",
        cluster: "local",
        url: `https://gate.example${path}`,
        iat: 1_795_491_302,
        registrationHash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        version: manifest.version,
      });
    }
  });

  it("is answered with the https URL that the API server called, behind an edge that terminates TLS", async () => {
    const call = new Request("http://gate.example/c/local/validate?timeout=5s", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: selfTest(),
    });
    expect(await messageOf(await testGate().app.fetch(call))).toContain(
      '"url":"https://gate.example/c/local/validate"',
    );
  });

  it("is denied with an unsigned statement when the key cannot be used", async () => {
    const { app, log } = testGate({}, { signingKey: { kty: "OKP", crv: "Ed25519", x: "bad", d: "x" } });
    const message = await messageOf(await app.fetch(reviewCall("/c/local/validate", selfTest())));
    expect(message).toMatch(/unsigned, for the gate's signing key cannot be used: \{"nonce":"n-123"/);
    expect(log.lines).toMatchObject([{ level: "error" }]);
  });

  it("is denied with an unsigned statement when the gate has no key", async () => {
    const message = await messageOf(await testGate().app.fetch(reviewCall("/c/local/validate", selfTest())));
    expect(message).toMatch(
      /^postern self-test reached the gate; unsigned, for the gate has no signing key: \{"nonce":"n-123"/,
    );
  });

  it.each<[name: string, change: Change]>([
    ["in another namespace", { namespace: "default" }],
    ["of another kind", { resource: "secrets" }],
    ["without a nonce", { annotations: { "postern.dev/bundle-hash": "x" } }],
    ["with an empty nonce", { annotations: { "postern.dev/nonce": "" } }],
    ["with a nonce that is no string", { annotations: { "postern.dev/nonce": 5 } }],
  ])("is not a review %s", async (_name, change) => {
    const response = await testGate().app.fetch(reviewCall("/c/local/validate", selfTest(change)));
    expect(await response.json()).toMatchObject({ response: { allowed: true } });
  });

  it("is answered with the hash of the registrations that the gate renders for the cluster", async () => {
    const policies = [denyLabels()];
    const hashes: unknown[] = [];
    for (const mode of ["enforce", "audit"] as const) {
      const gate = defineGate({ policies, clusters: { local: { identity: "none", mode } } });
      const message = await messageOf(await testGate(gate).app.fetch(reviewCall("/c/local/validate", selfTest())));
      const { registrationHash } = JSON.parse(message.slice(message.indexOf("{")));
      const settings = clusterSettings("local", { identity: "none", mode }, { policies, tiers: [] }, true);
      expect(registrationHash).toBe((await renderRegistrations(gate, settings, { url: "https://x.example" })).hash);
      hashes.push(registrationHash);
    }
    expect(new Set(hashes).size).toBe(2);
  });

  it("is answered with at most 256 characters of its annotations", async () => {
    const annotations = { "postern.dev/nonce": "n".repeat(5000), "postern.dev/bundle-hash": "h".repeat(5000) };
    const message = await messageOf(
      await testGate().app.fetch(reviewCall("/c/local/validate", selfTest({ annotations }))),
    );
    expect(message.length).toBeLessThan(1000);
  });
});

describe("a conversion self-test", () => {
  const resultOf = async (response: Response): Promise<{ status: string; message: string }> => {
    const { response: answer } = await response.json();
    expect(answer.convertedObjects).toEqual([]);
    return answer.result;
  };

  it("fails on every path, with a statement that the gate's public key verifies", async () => {
    const { app } = testGate({}, { signingKey, now: () => 1_795_491_302_500 });
    for (const path of ["/c/local/convert", "/c/local/convert/self-test-1"]) {
      const { status, message } = await resultOf(
        await app.fetch(reviewCall(`${path}?timeout=30s`, conversionSelfTest())),
      );
      expect(status).toBe("Failure");
      const jws = message.replace("postern self-test reached the gate; signed statement: ", "");
      const { payload } = await compactVerify(jws, await importJWK(publicKey, "EdDSA"));
      expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({
        nonce: "n-123",
        bundleHash: "sha256:abc",
        cluster: "local",
        url: `https://gate.example${path}`,
      });
    }
  });

  it("fails together with all other objects of the review, also when the gate converts its kind", async () => {
    const group = "g.selftest.postern.dev";
    const conversions = [
      conversion({
        group,
        kind: "SelfTest",
        versions: ["v1", "v2"],
        hub: "v1",
        convert: { v2: { toHub: (object) => object, fromHub: (object) => object } },
      }),
    ];
    const { app } = testGate({ conversions });
    const other = { apiVersion: `${group}/v2`, kind: "SelfTest", metadata: { name: "without annotations" } };
    const answer = await app.fetch(reviewCall("/c/local/convert", conversionSelfTest(group, [other])));
    expect(await resultOf(answer)).toMatchObject({ status: "Failure", message: expect.stringMatching(/unsigned/) });
  });

  it("is not a review of an object of another group", async () => {
    const answer = await testGate().app.fetch(reviewCall("/c/local/convert", conversionSelfTest("example.com")));
    expect(await resultOf(answer)).toMatchObject({
      status: "Failure",
      message: expect.stringMatching(/this gate has no conversion for SelfTest of example\.com/),
    });
  });
});
