import { expect, it } from "vitest";
import { ImportedKeys } from "../../../../src/identity/jwt/keys/ImportedKeys.ts";
import { readPublicKey } from "../../../../src/identity/jwt/keys/readPublicKey.ts";
import { TokenKey } from "../../../../src/identity/jwt/keys/TokenKey.ts";
import { TestIssuer } from "../TestIssuer.ts";

async function madeKey(alg: string): Promise<TokenKey> {
  const { jwk } = await TestIssuer.create("https://issuer.example.com", alg);
  const { alg: _, ...withoutAlgorithm } = jwk;
  const key = readPublicKey(withoutAlgorithm);
  if (!(key instanceof TokenKey)) throw new TypeError(key.fault);
  return key;
}

it("a key is imported once for each of its algorithms", async () => {
  const imported = new ImportedKeys();
  const key = await madeKey("RS256");
  const [first, second] = [await imported.of(key, "RS256"), await imported.of(key, "PS256")];
  expect([first?.algorithm.name, second?.algorithm.name]).toEqual(["RSASSA-PKCS1-v1_5", "RSA-PSS"]);
  expect(await imported.of(key, "RS256")).toBe(first);
  expect(await imported.of(key, "PS256")).toBe(second);
});

it("keys of other clusters are forgotten, and imported again when they are needed", async () => {
  const imported = new ImportedKeys();
  const key = await madeKey("ES256");
  const first = await imported.of(key, "ES256");
  for (let index = 0; index < 256; index += 1) {
    const other = new TokenKey(`key-${index}`, "ES256", key.material);
    expect(await imported.of(other, "ES256")).toBeDefined();
  }
  const again = await imported.of(key, "ES256");
  expect(again).toBeDefined();
  expect(again).not.toBe(first);
});

it("a key that is not on its curve is not imported, and is not tried again", async () => {
  const imported = new ImportedKeys();
  const zeros = Buffer.alloc(32).toString("base64url");
  const key = new TokenKey("bad", "ES256", { kty: "EC", crv: "P-256", x: zeros, y: zeros });
  const first = imported.of(key, "ES256");
  expect(await first).toBeUndefined();
  expect(imported.of(key, "ES256")).toBe(first);
});
