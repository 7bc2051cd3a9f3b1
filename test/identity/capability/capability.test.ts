import { base64url } from "jose";
import { describe, expect, it } from "vitest";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import { capability } from "../../../src/identity/capability/capability.ts";
import type { CapabilityKey } from "../../../src/identity/capability/readKeySet.ts";
import {
  AUDIENCE,
  CapabilityBed,
  callWith,
  claimsFrom,
  DAY_MS,
  headerOf,
  issued,
  outcomeOf,
  ServiceAccountIssuer,
  START_MS,
  SYNC,
  signed,
} from "./CapabilityBed.ts";

type Settings = Readonly<Record<string, unknown>>;

const START = START_MS / 1_000;
const LAST = /[^.]$/;

const issuer = await ServiceAccountIssuer.create();
const bed = await CapabilityBed.start();
const [eddsa, es256] = bed.keys as readonly [CapabilityKey, CapabilityKey];
const [foreign, foreignEs256] = [await makeKey("EdDSA", START_MS), await makeKey("ES256", START_MS)];
const good = await signed(eddsa, headerOf(eddsa), claimsFrom());

/** What a new instance of the gate says of a token, for the cluster `production`. */
async function judge(token: string, nowMs = START_MS, settings = {}): Promise<string> {
  const fresh = await CapabilityBed.start(bed.keys);
  fresh.nowMs = nowMs;
  return outcomeOf(fresh.cluster("production", issuer, settings).identify(callWith(token)));
}

describe("a capability that the gate signed", () => {
  it.each([["EdDSA", eddsa] as const, ["ES256", es256] as const])("with %s is accepted", async (_, key) => {
    const tier = (await CapabilityBed.start(bed.keys)).cluster("production", issuer);
    expect(await tier.identify(callWith(await signed(key, headerOf(key), claimsFrom())))).toEqual({
      outcome: "accepted",
      identity: { tier: "capability", subject: "AAAAAAAAAAAAAAAA" },
    });
  });

  it("is absent in a call without a token, whatever its header Authorization", () => {
    const tier = bed.cluster("production", issuer);
    expect(tier.identify(callWith(undefined, { authorization: `Bearer ${good}` }))).toEqual({ outcome: "absent" });
  });
});

describe("a token with another header is refused", () => {
  const base = headerOf(eddsa);
  it.each<[what: string, header: unknown, reason: string]>([
    ["alg none", { ...base, alg: "none" }, "wrong-algorithm"],
    ["alg None", { ...base, alg: "None" }, "wrong-algorithm"],
    ["alg HS256", { ...base, alg: "HS256" }, "wrong-algorithm"],
    ["alg RS256", { ...base, alg: "RS256" }, "wrong-algorithm"],
    ["alg Ed25519", { ...base, alg: "Ed25519" }, "wrong-algorithm"],
    ["alg ES256 for an Ed25519 key", { ...base, alg: "ES256" }, "wrong-algorithm"],
    ["alg EdDSA for a P-256 key", { ...headerOf(es256), alg: "EdDSA" }, "wrong-algorithm"],
    ["no alg", { kid: base.kid, typ: base.typ }, "wrong-algorithm"],
    ["alg as a list", { ...base, alg: ["EdDSA"] }, "wrong-algorithm"],
    ["typ JWT", { ...base, typ: "JWT" }, "wrong-algorithm"],
    ["typ in other case", { ...base, typ: "Postern-Capability" }, "wrong-algorithm"],
    ["no typ", { alg: base.alg, kid: base.kid }, "wrong-algorithm"],
    ["crit", { ...base, crit: ["exp"] }, "wrong-algorithm"],
    ["b64 false", { ...base, b64: false, crit: ["b64"] }, "wrong-algorithm"],
    ["jwk of the attacker", { ...base, jwk: { kty: "OKP", crv: "Ed25519", x: foreign.x } }, "wrong-algorithm"],
    ["jku", { ...base, jku: "https://evil.example/keys" }, "wrong-algorithm"],
    [
      "a member __proto__",
      `{"alg":"EdDSA","kid":"${base.kid}","typ":"postern-capability","__proto__":{}}`,
      "wrong-algorithm",
    ],
    ["kid of no key", { ...base, kid: "no-such-key" }, "unknown-key"],
    ["kid of a path", { ...base, kid: `../${base.kid}` }, "unknown-key"],
    ["kid __proto__", { ...base, kid: "__proto__" }, "unknown-key"],
    ["kid constructor", { ...base, kid: "constructor" }, "unknown-key"],
    ["kid toString", { ...base, kid: "toString" }, "unknown-key"],
    ["an empty kid", { ...base, kid: "" }, "unknown-key"],
    ["a long kid", { ...base, kid: "k".repeat(120) }, "unknown-key"],
    [
      "kid in other case",
      { ...base, kid: base.kid === base.kid.toLowerCase() ? base.kid.toUpperCase() : base.kid.toLowerCase() },
      "unknown-key",
    ],
    ["kid with a blank", { ...base, kid: `${base.kid} ` }, "unknown-key"],
    ["kid as a number", { ...base, kid: 0 }, "unknown-key"],
    ["kid as a list", { ...base, kid: [base.kid] }, "unknown-key"],
    ["no kid", { alg: base.alg, typ: base.typ }, "unknown-key"],
    ["a header that is a list", "[]", "malformed"],
    ["a header that is null", "null", "malformed"],
    ["a header that is not JSON", "{", "malformed"],
    ["a header with a byte order mark", `\uFEFF${JSON.stringify(base)}`, "malformed"],
  ])("%s", async (_, header, reason) => {
    expect(await judge(await signed(eddsa, header, claimsFrom()))).toBe(reason);
  });

  it.each([
    ["an Ed25519 key with the kid of the gate's", { ...foreign, kid: eddsa.kid }, headerOf(eddsa), "bad-signature"],
    ["a P-256 key with the kid of the gate's", { ...foreignEs256, kid: es256.kid }, headerOf(es256), "bad-signature"],
    ["a P-256 key, as the Ed25519 key of the gate", foreignEs256, headerOf(eddsa), "bad-signature"],
    ["a foreign key with its own kid", foreign, headerOf(foreign), "unknown-key"],
    ["another key of the gate", eddsa, headerOf(es256), "bad-signature"],
  ])("%s", async (_, key, header, reason) => {
    expect(await judge(await signed(key, header, claimsFrom()))).toBe(reason);
  });
});

describe("a token with other claims is refused", () => {
  it.each<[what: string, claims: unknown, reason: string]>([
    ["the cluster in other case", claimsFrom({ cluster: "Production" }), "wrong-cluster"],
    ["another cluster", claimsFrom({ cluster: "staging" }), "wrong-cluster"],
    ["a look-alike: Cyrillic o", claimsFrom({ cluster: "prоduction" }), "wrong-cluster"],
    ["a look-alike: full-width p", claimsFrom({ cluster: "ｐroduction" }), "wrong-cluster"],
    ["a zero-width space", claimsFrom({ cluster: "production\u200B" }), "wrong-cluster"],
    ["a dot at the end", claimsFrom({ cluster: "production." }), "wrong-cluster"],
    ["a blank at the end", claimsFrom({ cluster: "production " }), "wrong-cluster"],
    ["a NUL at the end", claimsFrom({ cluster: "production\0" }), "wrong-cluster"],
    ["a star", claimsFrom({ cluster: "*" }), "wrong-cluster"],
    ["an empty cluster", claimsFrom({ cluster: "" }), "wrong-cluster"],
    ["a list of clusters", claimsFrom({ cluster: ["production"] }), "malformed"],
    ["no cluster", claimsFrom({ cluster: undefined }), "malformed"],
    ["no exp", claimsFrom({ exp: undefined }), "malformed"],
    ["exp as a string", claimsFrom({ exp: String(START + 60) }), "malformed"],
    ["exp 1e400", `{"cluster":"production","iat":${START},"exp":1e400,"jti":"AAAAAAAAAAAAAAAA"}`, "malformed"],
    ["exp 2^60", claimsFrom({ exp: 2 ** 60 }), "malformed"],
    ["exp with a fraction", claimsFrom({ exp: START + 60.5 }), "malformed"],
    ["exp null", claimsFrom({ exp: null }), "malformed"],
    ["a negative exp", claimsFrom({ exp: -1 }), "malformed"],
    ["a life of 30 d and 1 s", claimsFrom({ exp: START + 30 * 86_400 + 1 }), "malformed"],
    ["exp at iat", claimsFrom({ exp: START }), "malformed"],
    ["no iat", claimsFrom({ iat: undefined }), "malformed"],
    ["iat as a string", claimsFrom({ iat: String(START) }), "malformed"],
    ["iat 31 s ahead", claimsFrom({ iat: START + 31 }), "not-yet-valid"],
    ["a jti of 17 characters", claimsFrom({ jti: "A".repeat(17) }), "malformed"],
    ["no jti", claimsFrom({ jti: undefined }), "malformed"],
    ["another claim", claimsFrom({ aud: "https://gate.example.com" }), "malformed"],
    [
      "a member __proto__",
      `{"cluster":"production","iat":${START},"exp":${START + 60},"jti":"AAAAAAAAAAAAAAAA","__proto__":{}}`,
      "malformed",
    ],
    ["a payload that is a list", "[]", "malformed"],
    ["a payload that is not UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), "malformed"],
    ["a cluster that is not UTF-8", notUtf8(claimsFrom()), "malformed"],
    ["an empty payload", "", "malformed"],
  ])("%s", async (_, claims, reason) => {
    expect(await judge(await signed(eddsa, headerOf(eddsa), claims))).toBe(reason);
  });

  it.each<[what: string, claims: unknown]>([
    ["iat 30 s ahead", claimsFrom({ iat: START + 30 })],
    ["a life of 30 d", claimsFrom({ exp: START + 30 * 86_400 })],
    ["claims in another order", { jti: "AAAAAAAAAAAAAAAA", exp: START + 60, iat: START, cluster: "production" }],
  ])("but not %s", async (_, claims) => {
    expect(await judge(await signed(eddsa, headerOf(eddsa), claims))).toBe("accepted");
  });
});

describe("another spelling of an accepted token is refused", () => {
  const [head = "", body = "", signature = ""] = good.split(".");
  /** The same bytes: the last character of 64 bytes has four unused bits. */
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const nonCanonical = (text: string): string =>
    text.replace(LAST, (last) => alphabet[alphabet.indexOf(last) + 1] ?? "A");

  it("although its bytes are the same", () => {
    expect(base64url.decode(nonCanonical(signature))).toEqual(base64url.decode(signature));
  });

  it.each<[what: string, token: string, reason: string]>([
    ["a dot at the end", `${good}.`, "malformed"],
    ["a dot at the beginning", `.${good}`, "malformed"],
    ["a fourth part", `${good}.AAAA`, "malformed"],
    ["two parts", `${head}.${body}`, "malformed"],
    ["no signature", `${head}.${body}.`, "malformed"],
    ["no header", `.${body}.${signature}`, "malformed"],
    ["padding", `${good}==`, "malformed"],
    ["padding of the payload", `${head}.${body}=.${signature}`, "malformed"],
    ["other last bits of the signature", `${head}.${body}.${nonCanonical(signature)}`, "malformed"],
    ["a longer signature", `${good}AA`, "malformed"],
    ["a blank at the end", `${good} `, "malformed"],
    ["a newline at the end", `${good}\n`, "malformed"],
    ["a blank at the beginning", ` ${good}`, "malformed"],
    ["a tab inside", good.replace(".", ".\t"), "malformed"],
    ["base64 in place of base64url", `${head}.${body}.${signature.replace(/^./, "+")}`, "malformed"],
    ["an escaped dot", good.replace(".", "%2E"), "malformed"],
    ["513 characters", good.padEnd(513, "A"), "too-long"],
    ["a megabyte", "A".repeat(2 ** 20), "too-long"],
    ["an empty text", "", "malformed"],
    [
      "one changed character of the payload",
      `${head}.${body.replace(/.$/, (last) => (last === "Q" ? "g" : "Q"))}.${signature}`,
      "malformed",
    ],
  ])("%s", async (_, token, reason) => {
    expect(await judge(token)).toBe(reason);
  });

  it("the claims of one with the signature of another", async () => {
    const other = await signed(eddsa, headerOf(eddsa), claimsFrom({ jti: "BBBBBBBBBBBBBBBB" }));
    expect(await judge(`${head}.${other.split(".")[1]}.${signature}`)).toBe("bad-signature");
  });
});

describe("an expired capability", () => {
  const exp = START_MS + DAY_MS;
  it.each<[when: string, nowMs: number, settings: Settings, expected: string, graceEndsMs?: number]>([
    ["a millisecond before exp", exp - 1, {}, "accepted"],
    ["at exp", exp, {}, "accepted", exp + 7 * DAY_MS],
    ["a millisecond before the end of the grace", exp + 7 * DAY_MS - 1, {}, "accepted", exp + 7 * DAY_MS],
    ["at the end of the grace", exp + 7 * DAY_MS, {}, "expired"],
    ["at exp, without a grace", exp, { grace: "0s" }, "expired"],
    ["an hour after exp, with a grace of 1 h", exp + 3_600_000, { grace: "1h" }, "expired"],
    ["a minute after exp, with a grace of 1 h", exp + 60_000, { grace: "1h" }, "accepted", exp + 3_600_000],
  ])("%s, first seen and known", async (_, nowMs, settings, expected, graceEndsMs) => {
    const fresh = await CapabilityBed.start(bed.keys);
    const tier = fresh.cluster("production", issuer, settings);
    const known = await CapabilityBed.start(bed.keys);
    const warm = known.cluster("production", issuer, settings);
    expect(await outcomeOf(warm.identify(callWith(good)))).toBe("accepted");
    for (const it of [fresh, known]) it.nowMs = nowMs;
    const results = [await tier.identify(callWith(good)), warm.identify(callWith(good))];
    for (const result of results)
      expect(result).toEqual(
        expected === "accepted"
          ? { outcome: "accepted", identity: { tier: "capability", subject: "AAAAAAAAAAAAAAAA", graceEndsMs } }
          : { outcome: "refused", reason: expected },
      );
  });
});

describe("a capability that was verified before", () => {
  it.each<[what: string, settings: Settings, expected: string]>([
    ["is accepted", {}, "accepted"],
    ["is refused when its jti is denied", { denied: ["AAAAAAAAAAAAAAAA"] }, "denied"],
    ["is not refused when another jti is", { denied: ["BBBBBBBBBBBBBBBB"] }, "accepted"],
    ["is refused when it was issued before notBefore", { notBefore: "2026-11-30T00:00:01Z" }, "denied"],
    ["is accepted when it was issued at notBefore", { notBefore: "2026-11-30T00:00:00Z" }, "accepted"],
  ])("%s, without a promise", async (_, settings, expected) => {
    const fresh = await CapabilityBed.start(bed.keys);
    expect(await outcomeOf(fresh.cluster("production", issuer).identify(callWith(good)))).toBe("accepted");
    const result = fresh.cluster("production", issuer, settings).identify(callWith(good));
    expect(result).not.toBeInstanceOf(Promise);
    expect(await outcomeOf(result)).toBe(expected);
    expect(await judge(good, START_MS, settings)).toBe(expected);
  });

  it("is refused at the path of another cluster", async () => {
    const fresh = await CapabilityBed.start(bed.keys);
    expect(await outcomeOf(fresh.cluster("production", issuer).identify(callWith(good)))).toBe("accepted");
    const other = fresh.cluster("staging", issuer).identify(callWith(good));
    expect(other).toEqual({ outcome: "refused", reason: "wrong-cluster" });
  });

  it("is accepted where only known credentials are, and any other one is absent", async () => {
    const fresh = await CapabilityBed.start(bed.keys);
    const tier = fresh.cluster("production", issuer);
    const call = callWith(good, { isKnownOnly: true });
    expect(tier.identify(call)).toEqual({ outcome: "absent" });
    await tier.identify(callWith(good));
    expect(await outcomeOf(tier.identify(call))).toBe("accepted");
    expect(tier.identify(callWith("A".repeat(600), { isKnownOnly: true }))).toEqual({ outcome: "absent" });
  });

  it("is refused when the clock goes back before it was issued", async () => {
    const fresh = await CapabilityBed.start(bed.keys);
    const tier = fresh.cluster("production", issuer);
    await tier.identify(callWith(good));
    fresh.nowMs = START_MS - 31_000;
    expect(await outcomeOf(tier.identify(callWith(good)))).toBe("not-yet-valid");
  });
});

describe("issue", () => {
  it("answers a capability that every instance accepts at the paths of its cluster only", async () => {
    const fresh = await CapabilityBed.start(bed.keys);
    const tier = fresh.cluster("production", issuer);
    const first = await issued(tier, issuer);
    const second = await issued(tier, issuer);
    expect(first).toEqual({
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{86}$/),
      issuedAt: START,
      expiresAt: START + 86_400,
      renewAt: START + 43_200,
    });
    const [header, payload] = first.token.split(".").map((part) => Buffer.from(part, "base64url").toString());
    expect(JSON.parse(header ?? "")).toEqual({ alg: "EdDSA", kid: eddsa.kid, typ: "postern-capability" });
    expect(JSON.parse(payload ?? "")).toEqual(claimsFrom());
    expect(second.token).not.toBe(first.token);
    for (const { token } of [first, second]) {
      expect(token.length).toBeLessThanOrEqual(512);
      expect(await judge(token)).toBe("accepted");
      expect(await outcomeOf(fresh.cluster("staging", issuer).identify(callWith(token)))).toBe("wrong-cluster");
    }
    expect(fresh.log.lines.map(({ message, properties }) => [message, properties.jti])).toEqual([
      ["a capability was issued", "AAAAAAAAAAAAAAAA"],
      ["a capability was issued", "AQEBAQEBAQEBAQEB"],
    ]);
    const lines = JSON.stringify(fresh.log.lines);
    for (const { token } of [first, second]) for (const part of token.split(".")) expect(lines).not.toContain(part);
  });

  it("gives it the life of the settings", async () => {
    const tier = bed.cluster("production", issuer, { life: "15m" });
    expect(await issued(tier, issuer)).toMatchObject({ expiresAt: START + 900, renewAt: START + 450 });
  });

  it("gives each a jti of 96 random bits when nothing else is chosen", async () => {
    const host = {
      now: () => START_MS,
      log: bed.log,
      fetch,
      env: { POSTERN_CAPABILITY_KEYS: JSON.stringify({ keys: [jwkOf(eddsa)] }) },
      hasRegistration: () => true,
    };
    const settings = { tier: "capability", issuer: "https://kubernetes.default.svc.cluster.local", keys: issuer.jwks };
    const tier = capability().start(host).forCluster("production", settings);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => issued(tier, issuer)));
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(20);
  });

  const bound = (...kinds: readonly string[]): object => ({
    "kubernetes.io": {
      ...Object.fromEntries(kinds.map((kind) => [`${kind}webhookconfiguration`, { name: "postern", uid: "1" }])),
      attestations: { admissionReviewAPIGroups: ["*"] },
    },
  });
  const sub = (name: string): object => ({ sub: `system:serviceaccount:${name}` });
  it.each<[what: string, claims: object, reason: string]>([
    ["another ServiceAccount of the namespace", sub("postern-system:default"), "wrong-subject"],
    ["a longer name", sub("postern-system:postern-sync2"), "wrong-subject"],
    ["a shorter name", sub("postern-system:postern-syn"), "wrong-subject"],
    ["a name in other case", sub("postern-system:Postern-Sync"), "wrong-subject"],
    ["the same name in another namespace", sub("default:postern-sync"), "wrong-subject"],
    ["a blank at the end", { sub: `${SYNC} ` }, "wrong-subject"],
    ["a star", { sub: "*" }, "wrong-subject"],
    ["no sub", { sub: undefined }, "malformed"],
    ["the audience of another gate", { aud: ["https://other.example.com/token"] }, "wrong-audience"],
    ["the audience of a review", { aud: ["https://gate.example.com/c/production/validate"] }, "wrong-audience"],
    ["the audience with a slash", { aud: [`${AUDIENCE}/`] }, "wrong-audience"],
    ["the audience with a cluster", { aud: [`${AUDIENCE}/production`] }, "wrong-audience"],
    ["the audience with http", { aud: [AUDIENCE.replace("https", "http")] }, "wrong-audience"],
    ["the audience of the API server", { aud: ["https://kubernetes.default.svc.cluster.local"] }, "wrong-audience"],
    ["two audiences", { aud: [AUDIENCE, "https://other.example.com"] }, "wrong-audience"],
    ["no audience", { aud: undefined }, "wrong-audience"],
    ["another issuer", { iss: "https://kubernetes.default.svc" }, "wrong-issuer"],
    ["no issuer", { iss: undefined }, "wrong-issuer"],
    ["an expired token", { exp: START - 60 }, "expired"],
    ["no exp", { exp: undefined }, "malformed"],
    ["a token of the future", { nbf: START + 60 }, "not-yet-valid"],
    ["a token that is bound to a validating configuration", bound("validating"), "wrong-registration"],
    ["a token that is bound to a mutating configuration", bound("mutating"), "wrong-registration"],
    ["a token that is bound to two of them", bound("mutating", "validating"), "malformed"],
  ])("refuses %s", async (_, claims, reason) => {
    const tier = bed.cluster("production", issuer);
    const authorization = `Bearer ${await issuer.token({ ...claims })}`;
    expect(await tier.issue?.({ authorization, audience: AUDIENCE })).toBe(reason);
  });

  it("accepts another subject only when the settings name it", async () => {
    const tier = bed.cluster("production", issuer, { subject: "system:serviceaccount:a:b" });
    const ask = async (claims: Readonly<Record<string, unknown>>) =>
      tier.issue?.({ authorization: `bearer ${await issuer.token(claims)}`, audience: AUDIENCE });
    expect(await ask({})).toBe("wrong-subject");
    expect(await ask({ sub: "system:serviceaccount:a:b" })).toMatchObject({ issuedAt: START });
  });

  it("refuses a token of another cluster with the same issuer, subject and kid", async () => {
    const other = await ServiceAccountIssuer.create();
    const [production, staging] = [bed.cluster("production", issuer), bed.cluster("staging", other)];
    const ask = async (tier: typeof production, from: ServiceAccountIssuer) => {
      const result = await tier.issue?.({ authorization: `Bearer ${await from.token()}`, audience: AUDIENCE });
      return typeof result === "object" ? "issued" : result;
    };
    expect(await ask(production, issuer)).toBe("issued");
    expect(await ask(staging, other)).toBe("issued");
    expect(await ask(production, other)).toBe("bad-signature");
    expect(await ask(staging, issuer)).toBe("bad-signature");
    const renamed = await ServiceAccountIssuer.create("key-of-staging");
    expect(await ask(production, renamed)).toBe("unknown-key");
  });

  it.each([
    [null, "no-credential"],
    ["", "no-credential"],
    ["Basic YTpi", "no-credential"],
    ["Bearer", "malformed"],
    ["Bearer a b", "malformed"],
  ])("refuses the header %j", async (authorization, reason) => {
    expect(await bed.cluster("production", issuer).issue?.({ authorization, audience: AUDIENCE })).toBe(reason);
  });

  it("refuses a capability, also when the keys of the cluster are those of the gate", async () => {
    const tier = bed.cluster("production", issuer);
    const { token } = await issued(tier, issuer);
    const ask = { authorization: `Bearer ${token}`, audience: AUDIENCE };
    expect(await tier.issue?.(ask)).not.toBeTypeOf("object");
    const { d: _, ...open } = jwkOf(eddsa);
    const careless = bed.cluster("production", issuer, { keys: { keys: [open] } });
    expect(await careless.issue?.(ask)).toBeTypeOf("string");
  });

  it("issues nothing for a token that is in the path", async () => {
    const token = await issuer.token();
    expect(await judge(token)).toMatch(/^(?:too-long|wrong-algorithm)$/);
  });
});

it("a ServiceAccount token in the header proves nothing to this tier", async () => {
  const call = callWith(undefined, { authorization: `Bearer ${await issuer.token()}` });
  expect(bed.cluster("production", issuer).identify(call)).toEqual({ outcome: "absent" });
});

describe("the name of a cluster", () => {
  const longest = async (keys: readonly CapabilityKey[]): Promise<number> => {
    const fresh = await CapabilityBed.start(keys);
    let length = 1;
    for (;;)
      try {
        fresh.cluster("c".repeat(length + 1), issuer);
        length += 1;
      } catch {
        return length;
      }
  };

  it.each([
    ["a kid of 16 characters", [eddsa]],
    ["the longest kid of all keys", [eddsa, { ...es256, kid: "k".repeat(64) }]],
  ])("may be so long that capabilities have 512 characters, with %s", async (_, keys) => {
    const length = await longest(keys);
    expect(length).toBeGreaterThan(63);
    const fresh = await CapabilityBed.start(keys);
    // Each key may sign one day.
    for (const key of keys) {
      const one = await CapabilityBed.start([key]);
      const { token } = await issued(one.cluster("c".repeat(length), issuer), issuer);
      expect(token.length).toBeLessThanOrEqual(512);
    }
    expect(() => fresh.cluster("c".repeat(length + 1), issuer)).toThrow(
      expect.objectContaining({
        code: "bad-identity-settings",
        message: `needs a shorter name of the cluster: capabilities have at most 512 characters, so a name has at most ${length} with these keys`,
      }),
    );
  });
});

function jwkOf({ kid, x, d }: CapabilityKey) {
  return { kty: "OKP", crv: "Ed25519", kid, x, d };
}

/** Claims with a byte in the name of the cluster that is no UTF-8. */
function notUtf8(claims: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(claims).replace("production", "production\u00FF"), "latin1");
}
