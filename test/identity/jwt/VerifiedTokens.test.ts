import { describe, expect, it } from "vitest";
import { TokenKey } from "../../../src/identity/jwt/keys/TokenKey.ts";
import type { TokenClaims } from "../../../src/identity/jwt/TokenClaims.ts";
import { type CachedToken, VerifiedTokens } from "../../../src/identity/jwt/VerifiedTokens.ts";

const key = new TokenKey("a", "EdDSA", { kty: "OKP", crv: "Ed25519", x: "" });

function cached(scope = 1, exp = 100): CachedToken {
  const claims: TokenClaims = {
    iss: "issuer",
    sub: "subject",
    aud: [],
    exp,
    nbf: undefined,
    iat: undefined,
    jti: undefined,
    registration: undefined,
  };
  return { scope, claims, key };
}

describe("verified tokens", () => {
  it("are found by their exact text and scope", () => {
    const tokens = new VerifiedTokens();
    const verified = cached(1);
    tokens.set("token", verified);
    expect(tokens.get("token", 1, 0)).toBe(verified);
    for (const [token, scope] of [
      ["token", 2],
      ["token", 11],
      ["token ", 1],
      ["Token", 1],
      ["toke", 1],
      ["", 1],
    ] as const)
      expect([token, scope, tokens.get(token, scope, 0)]).toEqual([token, scope, undefined]);
  });

  it("are known in the last scope that verified them", () => {
    const tokens = new VerifiedTokens();
    tokens.set("token", cached(1));
    tokens.set("token", cached(2));
    expect(tokens.get("token", 1, 0)).toBeUndefined();
    expect(tokens.get("token", 2, 0)).toBeDefined();
    expect([tokens.size, tokens.characters]).toEqual([1, 5]);
  });

  it("are forgotten 30 s after they expire", () => {
    const tokens = new VerifiedTokens();
    tokens.set("token", cached(1, 100));
    expect(tokens.get("token", 1, 129_999)).toBeDefined();
    expect(tokens.get("token", 1, 130_000)).toBeUndefined();
    expect([tokens.size, tokens.characters]).toEqual([0, 0]);
    expect(tokens.get("token", 1, 0)).toBeUndefined();
  });

  it("are at most 8,192, of which the 4,096 that were used last are known", () => {
    const tokens = new VerifiedTokens();
    for (let index = 0; index < 20_000; index += 1) {
      tokens.set(`token-${index}`, cached());
      expect(tokens.size).toBeLessThanOrEqual(8_192);
      if (index % 4_000 === 0) expect(tokens.get("token-0", 1, 0)).toBeDefined();
    }
    for (let index = 20_000 - 4_095; index < 20_000; index += 1)
      expect(tokens.get(`token-${index}`, 1, 0)).toBeDefined();
    expect(tokens.get("token-1", 1, 0)).toBeUndefined();
  });

  it("have at most 8 Mi characters", () => {
    const tokens = new VerifiedTokens();
    const token = (index: number): string => String(index).padStart(8_192, "a");
    for (let index = 0; index < 2_000; index += 1) tokens.set(token(index), cached());
    expect([tokens.size <= 1_024, tokens.characters <= 8 * 2 ** 20]).toEqual([true, true]);
    expect(tokens.get(token(1_999), 1, 0)).toBeDefined();
    expect(tokens.get(token(0), 1, 0)).toBeUndefined();
    for (let index = 0; index < 2_000; index += 1) tokens.delete(token(index));
    expect([tokens.size, tokens.characters]).toEqual([0, 0]);
  });
});
