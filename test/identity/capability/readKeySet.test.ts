import { describe, expect, it } from "vitest";
import { keySetText } from "../../../src/cli/keys/keySetText.ts";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import { readKeySet } from "../../../src/identity/capability/readKeySet.ts";
import { START_MS } from "./CapabilityBed.ts";

const made = [await makeKey("EdDSA", START_MS), await makeKey("ES256", START_MS)];
const [ed, p256]: readonly Record<string, string>[] = JSON.parse(keySetText(made)).keys;
const SECRETS = [ed, p256].flatMap((key) => [key?.d ?? "", key?.x ?? ""]);
const set = (...keys: readonly unknown[]): string => JSON.stringify({ keys });
const without = (key: Readonly<Record<string, string>> | undefined, member: string): object =>
  Object.fromEntries(Object.entries(key ?? {}).filter(([name]) => name !== member));

describe("readKeySet", () => {
  it("reads what keySetText writes", () => {
    expect(readKeySet(keySetText(made))).toEqual(made);
    const stopped = { ...made[1], d: undefined, untilMs: START_MS + 1_000 };
    expect(readKeySet(keySetText([made[0], stopped] as typeof made))).toEqual([made[0], stopped]);
  });

  it("ignores other members of a key and of the set, as RFC 7517 says", () => {
    const text = JSON.stringify({ keys: [{ ...ed, key_ops: ["sign"], "example:owner": "platform" }], note: "a" });
    expect(readKeySet(text)).toEqual([made[0]]);
  });

  it.each<[what: string, text: unknown, fault: string]>([
    ["no variable", undefined, "is missing: `postern keys new` makes its value"],
    ["an empty variable", "", "is missing: `postern keys new` makes its value"],
    ["an object", { keys: [ed] }, ": expected a text, the JSON of a JWKS"],
    ["no JSON", `${set(ed)}}`, ": is not JSON"],
    ["a private key in PEM", `-----BEGIN PRIVATE KEY-----\n${ed?.d}`, ": is not JSON"],
    ["one JWK", JSON.stringify(ed), ': is not a JWKS: expected {"keys": [...]}'],
    ["null", "null", ': is not a JWKS: expected {"keys": [...]}'],
    ["no keys", set(), ": has no key"],
    ["nine keys", set(...Array.from({ length: 9 }, () => ed)), ": has 9 keys: expected at most 8"],
    ["a long text", set(ed, "x".repeat(16_384)), ": is longer than 16384 characters"],
    ["a key that is a text", set(ed?.d), ": keys.0 is not a JWK"],
    ["a first key without its private part", set(without(ed, "d")), ": keys.0 signs, and has no private part `d`"],
    ["two keys with one kid", set(ed, { ...p256, kid: ed?.kid }), ": keys.1.kid is that of another key"],
    ["an RSA key", set({ ...ed, kty: "RSA" }), ": keys.0 is neither an Ed25519 key (kty OKP) nor a P-256 key (kty EC)"],
    [
      "a symmetric key",
      set({ kty: "oct", k: ed?.d, kid: "a" }),
      ": keys.0 is neither an Ed25519 key (kty OKP) nor a P-256 key (kty EC)",
    ],
    [
      "an X25519 key",
      set({ ...ed, crv: "X25519" }),
      ": keys.0 is neither an Ed25519 key (kty OKP) nor a P-256 key (kty EC)",
    ],
    [
      "a P-384 key",
      set(ed, { ...p256, crv: "P-384" }),
      ": keys.1 is neither an Ed25519 key (kty OKP) nor a P-256 key (kty EC)",
    ],
    ["a key without kid", set(without(ed, "kid")), ": keys.0.kid: expected 1 to 64 letters, digits, '-' and '_'"],
    ["an empty kid", set({ ...ed, kid: "" }), ": keys.0.kid: expected 1 to 64 letters, digits, '-' and '_'"],
    ["a kid of a path", set({ ...ed, kid: "../a" }), ": keys.0.kid: expected 1 to 64 letters, digits, '-' and '_'"],
    ["a long kid", set({ ...ed, kid: "k".repeat(65) }), ": keys.0.kid: expected 1 to 64 letters, digits, '-' and '_'"],
    ["another alg", set({ ...ed, alg: "ES256" }), ": keys.0.alg: expected EdDSA for this kind of key"],
    ["a key for encryption", set({ ...ed, use: "enc" }), ": keys.0.use: expected sig"],
    ["an Ed25519 key with y", set({ ...ed, y: ed?.x }), ": keys.0.y: an Ed25519 key has none"],
    ["a P-256 key without y", set(without(p256, "y")), ": keys.0.y: expected 32 bytes in base64url"],
    ["no x", set(without(ed, "x")), ": keys.0.x: expected 32 bytes in base64url"],
    ["a short d", set({ ...ed, d: ed?.d?.slice(1) }), ": keys.0.d: expected 32 bytes in base64url"],
    ["padding", set({ ...ed, d: `${ed?.d}=` }), ": keys.0.d: expected 32 bytes in base64url"],
    ["a number as d", set({ ...ed, d: 1 }), ": keys.0.d: expected 32 bytes in base64url"],
    [
      "a date as since",
      set({ ...ed, "postern:since": "2026-11-30" }),
      ": keys.0.postern:since: expected a time such as 2026-11-30T00:00:00Z",
    ],
    [
      "30 February as until",
      set(ed, { ...p256, "postern:until": "2026-02-30T00:00:00Z" }),
      ": keys.1.postern:until: expected a time such as 2026-11-30T00:00:00Z",
    ],
    [
      "a number as since",
      set({ ...ed, "postern:since": 0 }),
      ": keys.0.postern:since: expected a time such as 2026-11-30T00:00:00Z",
    ],
  ])("refuses %s and repeats no key", (_, text, fault) => {
    let error: unknown;
    try {
      readKeySet(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      name: "IdentitySettingsError",
      code: "bad-identity-settings",
      path: "POSTERN_CAPABILITY_KEYS",
      message: fault,
    });
    const shown = error instanceof Error ? `${error.stack} ${JSON.stringify(error)}` : "";
    for (const secret of SECRETS) expect(shown).not.toContain(secret);
  });
});
