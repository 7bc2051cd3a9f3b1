import { base64url, exportJWK, generateKeyPair, type JWK } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { IdentitySettingsError } from "../../../src/identity/IdentitySettingsError.ts";
import { jwt } from "../../../src/identity/jwt/jwt.ts";
import { readJwtSettings } from "../../../src/identity/jwt/readJwtSettings.ts";
import { identityHost } from "./identityHost.ts";

const BASE = { tier: "jwt", issuer: "https://issuer.example.com", subjects: ["system:serviceaccount:a:b"] };
const SECRET = "c2VjcmV0LXRoYXQtaXMtbm90LXByaW50ZWQ";

let ec: JWK;
let rsa: JWK;
let ed: JWK;

beforeAll(async () => {
  const made = await Promise.all(["ES256", "RS256", "EdDSA"].map((alg) => generateKeyPair(alg)));
  const jwks = await Promise.all(made.map(({ publicKey }) => exportJWK(publicKey)));
  [ec, rsa, ed] = jwks.map((jwk, index) => ({ ...jwk, kid: `key-${index}` })) as [JWK, JWK, JWK];
});

const withKeys = (...keys: unknown[]): Record<string, unknown> => ({ ...BASE, keys: { keys } });

describe("settings", () => {
  it.each<[string, () => Record<string, unknown>, object]>([
    ["with discovery", () => BASE, { issuer: { keys: undefined, jwksUrl: undefined }, audiences: [] }],
    [
      "with a jwksUrl",
      () => ({ ...BASE, issuer: "a", jwksUrl: "https://keys.example.com/jwks?v=1" }),
      { issuer: { issuer: "a", keys: undefined, jwksUrl: "https://keys.example.com/jwks?v=1" } },
    ],
    [
      "with keys",
      () => withKeys(ec, rsa, ed),
      { issuer: { keys: [{ kid: "key-0" }, { kid: "key-1" }, { kid: "key-2" }] } },
    ],
    [
      "with keys as Kubernetes publishes them",
      () => withKeys({ use: "sig", ...rsa, alg: "RS256" }),
      { issuer: { keys: [{ kid: "key-1", alg: "RS256" }] } },
    ],
    [
      "with members of a key that are not used",
      () => withKeys({ ...ec, x5c: ["AAAA"], x5t: "a", key_ops: ["verify"], ext: true }),
      { issuer: { keys: [{ kid: "key-0" }] } },
    ],
    ["with audiences", () => ({ ...BASE, audiences: ["postern"] }), { audiences: ["postern"] }],
    ["with an audience that is only named token", () => ({ ...BASE, audiences: ["token"] }), { audiences: ["token"] }],
  ])("%s are read", (_, settings, expected) => {
    expect(readJwtSettings(settings())).toMatchObject({ subjects: BASE.subjects, ...expected });
  });

  it.each<[string, () => Record<string, unknown>, string, string]>([
    ["another tier", () => ({ ...BASE, tier: "capability" }), "tier", "expected"],
    ["an unknown setting", () => ({ ...BASE, subject: "a" }), "subject", "is not a setting of the tier jwt"],
    ["no issuer", () => ({ ...BASE, issuer: undefined }), "issuer", "is missing"],
    ["an empty issuer", () => ({ ...BASE, issuer: "" }), "issuer", "expected a text"],
    ["a very long issuer", () => ({ ...BASE, issuer: "a".repeat(1025) }), "issuer", "expected a text"],
    ["an issuer that is no URL, without keys", () => ({ ...BASE, issuer: "a" }), "issuer", "cannot be discovered"],
    ["an http issuer, without keys", () => ({ ...BASE, issuer: "http://a" }), "issuer", "cannot be discovered"],
    [
      "an issuer with a query, without keys",
      () => ({ ...BASE, issuer: "https://a?" }),
      "issuer",
      "cannot be discovered",
    ],
    [
      "an issuer with a password",
      () => ({ ...BASE, issuer: `https://u:${SECRET}@a` }),
      "issuer",
      "cannot be discovered",
    ],
    ["no subjects", () => ({ ...BASE, subjects: undefined }), "subjects", "is missing"],
    ["an empty list of subjects", () => ({ ...BASE, subjects: [] }), "subjects", "expected a list of 1 to 64"],
    ["a subject without a list", () => ({ ...BASE, subjects: "a" }), "subjects", "expected a list"],
    ["an empty subject", () => ({ ...BASE, subjects: ["a", ""] }), "subjects.1", "expected a text"],
    ["65 subjects", () => ({ ...BASE, subjects: Array(65).fill("a") }), "subjects", "expected a list"],
    ["an audience that is a number", () => ({ ...BASE, audiences: [1] }), "audiences.0", "expected a text"],
    [
      "the audience of a sync's token",
      () => ({ ...BASE, audiences: ["a", "https://gate.example.com/token"] }),
      "audiences.1",
      "ends in /token",
    ],
    [
      "that audience with a base path",
      () => ({ ...BASE, audiences: ["https://g/hooks/token"] }),
      "audiences.0",
      "ends in /token",
    ],
    ["audiences null", () => ({ ...BASE, audiences: null }), "audiences", "expected a list"],
    ["an http jwksUrl", () => ({ ...BASE, jwksUrl: "http://a" }), "jwksUrl", "expected an https URL"],
    ["a relative jwksUrl", () => ({ ...BASE, jwksUrl: "/a" }), "jwksUrl", "expected an https URL"],
    ["a jwksUrl with a password", () => ({ ...BASE, jwksUrl: `https://u:${SECRET}@a` }), "jwksUrl", "without user"],
    ["a jwksUrl with a fragment", () => ({ ...BASE, jwksUrl: "https://a#b" }), "jwksUrl", "without user"],
    ["keys and a jwksUrl", () => ({ ...withKeys(ec), jwksUrl: "https://a" }), "jwksUrl", "together with keys"],
    ["a list of keys", () => ({ ...BASE, keys: [ec] }), "keys", "expected a JSON Web Key Set"],
    ["no key", () => withKeys(), "keys.keys", "expected 1 to 64 keys"],
    ["65 keys", () => withKeys(...Array(65).fill(ec)), "keys.keys", "expected 1 to 64 keys"],
    ["a key that is a text", () => withKeys("a"), "keys.keys.0", "expected a JSON Web Key"],
    ["a private EC key", () => withKeys(ec, { ...ec, d: SECRET }), "keys.keys.1", "private or symmetric"],
    ["a private RSA key in parts", () => withKeys({ ...rsa, p: SECRET }), "keys.keys.0", "private or symmetric"],
    ["a symmetric key", () => withKeys({ kty: "oct", k: SECRET, kid: "a" }), "keys.keys.0", "private or symmetric"],
    ["a symmetric key without k", () => withKeys({ kty: "oct", kid: "a" }), "keys.keys.0", "private or symmetric"],
    ["no kid", () => withKeys({ ...ec, kid: undefined }), "keys.keys.0.kid", "expected a text"],
    ["a kid that is a number", () => withKeys({ ...ec, kid: 1 }), "keys.keys.0.kid", "expected a text"],
    ["a kid of 257 characters", () => withKeys({ ...ec, kid: "a".repeat(257) }), "keys.keys.0.kid", "expected a text"],
    ["a kid that is there twice", () => withKeys(ec, ed, { ...rsa, kid: ec.kid }), "keys.keys.2.kid", "another key"],
    ["the algorithm HS256", () => withKeys({ ...rsa, alg: "HS256" }), "keys.keys.0.alg", "expected one of RS256"],
    ["the algorithm none", () => withKeys({ ...rsa, alg: "none" }), "keys.keys.0.alg", "expected one of"],
    ["the algorithm of another kind", () => withKeys({ ...rsa, alg: "ES256" }), "keys.keys.0.alg", "this kind of key"],
    ["the algorithm of another curve", () => withKeys({ ...ec, alg: "ES384" }), "keys.keys.0.alg", "this kind of key"],
    ["a key for encryption", () => withKeys({ ...rsa, use: "enc" }), "keys.keys.0.use", 'expected "sig"'],
    ["a key that may only sign", () => withKeys({ ...rsa, key_ops: ["sign"] }), "keys.keys.0.key_ops", "verify"],
    ["an unknown kind", () => withKeys({ ...ec, kty: "AKP" }), "keys.keys.0.kty", "expected RSA, EC or OKP"],
    ["the curve secp256k1", () => withKeys({ ...ec, crv: "secp256k1" }), "keys.keys.0.crv", "expected P-256"],
    ["the curve X25519", () => withKeys({ ...ed, crv: "X25519" }), "keys.keys.0.crv", "expected Ed25519"],
    ["a short coordinate", () => withKeys({ ...ec, x: "AAAA" }), "keys.keys.0.x", "expected 32 bytes"],
    ["no y", () => withKeys({ ...ec, y: undefined }), "keys.keys.0.y", "expected 32 bytes"],
    ["a short Ed25519 key", () => withKeys({ ...ed, x: "AAAA" }), "keys.keys.0.x", "expected 32 bytes"],
    ["a modulus of 1024 bits", () => withKeys({ ...rsa, n: modulus(128) }), "keys.keys.0.n", "has 1024 bits"],
    ["a modulus of 2047 bits", () => withKeys({ ...rsa, n: modulus(256, 127) }), "keys.keys.0.n", "has 2047 bits"],
    ["a modulus of zeros", () => withKeys({ ...rsa, n: modulus(256, 0, 0) }), "keys.keys.0.n", "has 0 bits"],
    ["a short modulus behind zeros", () => withKeys({ ...rsa, n: modulus(256, 0) }), "keys.keys.0.n", "has 2040 bits"],
    ["a modulus of 16384 bits", () => withKeys({ ...rsa, n: modulus(2048) }), "keys.keys.0.n", "has 16384 bits"],
    ["a modulus in base64", () => withKeys({ ...rsa, n: `${rsa.n}+/==` }), "keys.keys.0.n", "in base64url"],
    ["the exponent 1", () => withKeys({ ...rsa, e: "AQ" }), "keys.keys.0.e", "expected AQAB"],
    ["no exponent", () => withKeys({ ...rsa, e: undefined }), "keys.keys.0.e", "expected AQAB"],
  ])("with %s are a fault, which repeats no value", (_, settings, path, fault) => {
    const error = faultOf(settings());
    expect(error).toBeInstanceOf(IdentitySettingsError);
    expect(error).toMatchObject({ path, message: expect.stringContaining(fault) });
    expect(String(error)).not.toContain(SECRET);
  });

  it("are checked by the tier, and when a cluster begins", () => {
    const tier = jwt();
    const wrong = { ...BASE, subjects: [] };
    expect(() => tier.check(wrong)).toThrow(IdentitySettingsError);
    expect(() => tier.start(identityHost()).forCluster("production", wrong)).toThrow(IdentitySettingsError);
    expect(() => tier.check(BASE)).not.toThrow();
  });

  /** A number of so many bytes that begins with a byte. */
  function modulus(bytes: number, first = 255, rest = 255): string {
    return base64url.encode(Uint8Array.of(first, ...new Uint8Array(bytes - 1).fill(rest)));
  }

  function faultOf(settings: Record<string, unknown>): unknown {
    try {
      return readJwtSettings(settings);
    } catch (error) {
      return error;
    }
  }
});
