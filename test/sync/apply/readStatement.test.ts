import { CompactSign, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { beforeAll, expect, it } from "vitest";
import { SelfTestSigner } from "../../../src/gate/answer/SelfTestSigner.ts";
import { statedUrl } from "../../../src/protocol/statedUrl.ts";
import { readStatement } from "../../../src/sync/apply/readStatement.ts";
import type { Ed25519PublicKey } from "../../../src/trust/Ed25519PublicKey.ts";

const NOW = 1_795_491_302_500;
const STATEMENT = {
  nonce: "n-1",
  bundleHash: "sha256:ab",
  cluster: "prod",
  url: "https://gate.example.com/c/prod/validate/self-test-1",
  iat: Math.floor(NOW / 1000),
  registrationHash: "sha256:cd",
  version: "0.2.0",
};
const EXPECTED = { nonce: "n-1", bundleHash: "sha256:ab", cluster: "prod", url: STATEMENT.url, now: NOW };

let signer: SelfTestSigner;
let privateKey: JWK;
let publicKey: Ed25519PublicKey;
beforeAll(async () => {
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  privateKey = await exportJWK(pair.privateKey);
  signer = new SelfTestSigner(privateKey);
  publicKey = { kty: "OKP", crv: "Ed25519", x: privateKey.x ?? "" };
});

const message = (token: string): string =>
  `admission webhook "canary.g.postern.dev" denied the request: postern self-test reached the gate; signed statement: ${token}`;

it.each([
  ["accepts a matching statement", {}, { ok: true, registrationHash: "sha256:cd", version: "0.2.0" }],
  ["ignores a version that is none", { version: "\u001b[31m0.2.0" }, { ok: true, version: undefined }],
  ["rejects a statement about another nonce", { nonce: "n-2" }, { ok: false, fault: "other-test" }],
  ["rejects a statement about another bundle", { bundleHash: "sha256:00" }, { ok: false, fault: "other-test" }],
  ["rejects a statement for another cluster", { cluster: "staging" }, { ok: false, fault: "other-test" }],
  [
    "rejects a statement about another URL",
    { url: "https://gate.example.com/c/prod/validate" },
    { ok: false, fault: "other-url" },
  ],
  [
    "rejects a statement about the URL with a capability",
    { url: STATEMENT.url.replace("/c/", "/k/sha256-3c469e9d6c5875d37a43f353d4f88e61/c/") },
    { ok: false, fault: "other-url" },
  ],
  ["accepts a statement that is four minutes old", { iat: NOW / 1000 - 240 }, { ok: true }],
  ["rejects a statement that is an hour old", { iat: NOW / 1000 - 3600 }, { ok: false, fault: "clock" }],
  ["rejects a statement that is an hour ahead", { iat: NOW / 1000 + 3600 }, { ok: false, fault: "clock" }],
] as const)("readStatement %s", async (_, change, result) => {
  const token = await signer.sign({ ...STATEMENT, ...change });
  expect(await readStatement(message(token), publicKey, EXPECTED)).toMatchObject(result);
});

it.each([
  ["accepts the hash of the capability", "token", { ok: true }],
  ["rejects the hash of an older capability", "older", { ok: false, fault: "other-url" }],
  ["rejects a statement without the capability", undefined, { ok: false, fault: "other-url" }],
] as const)("readStatement of a URL with a capability %s", async (_, stated, result) => {
  const withToken = (token: string): string => STATEMENT.url.replace("/c/", `/k/${token}/c/`);
  const url = stated === undefined ? STATEMENT.url : await statedUrl(withToken(stated));
  const token = await signer.sign({ ...STATEMENT, url });
  const expected = { ...EXPECTED, url: withToken("token") };
  expect(await readStatement(message(token), publicKey, expected)).toMatchObject(result);
});

it("readStatement reports a statement of another key as forged", async () => {
  const other = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const token = await new SelfTestSigner(await exportJWK(other.privateKey)).sign(STATEMENT);
  expect(await readStatement(message(token), publicKey, EXPECTED)).toMatchObject({ ok: false, fault: "forged" });
});

it.each([
  ["another type of token with the same key", JSON.stringify(STATEMENT), "other+jwt"],
  ["a statement without all members", '{"nonce":"n-1"}', "postern-selftest+jwt"],
  ["a statement that is not JSON", "{", "postern-selftest+jwt"],
])("readStatement reports %s as forged", async (_, payload, typ) => {
  const key = await importJWK(privateKey, "EdDSA");
  const token = await new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: "EdDSA", typ })
    .sign(key);
  expect(await readStatement(message(token), publicKey, EXPECTED)).toMatchObject({ ok: false, fault: "forged" });
});

it("readStatement reports an answer without a statement as unsigned", async () => {
  expect(await readStatement("denied", publicKey, EXPECTED)).toMatchObject({ ok: false, fault: "unsigned" });
});
