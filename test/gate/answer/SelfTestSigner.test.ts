import { exportJWK, generateKeyPair, type JWK } from "jose";
import { beforeAll, expect, it } from "vitest";
import { SelfTestSigner } from "../../../src/gate/answer/SelfTestSigner.ts";

let signingKey: JWK;
beforeAll(async () => {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  signingKey = await exportJWK(privateKey);
});

it.each<[name: string, change: JWK]>([
  ["a public key", { d: undefined as never }],
  ["an RSA key", { kty: "RSA" }],
  ["a key on another curve", { crv: "X25519" }],
])("SelfTestSigner refuses %s, with an error that does not repeat the key", (_name, change) => {
  const make = (): unknown => new SelfTestSigner({ ...signingKey, ...change });
  expect(make).toThrow("gate: signingKey is not a private Ed25519 JWK (kty OKP, crv Ed25519, x, d)");
});
