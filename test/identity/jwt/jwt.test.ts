import { createHmac } from "node:crypto";
import { base64url, exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { TierResult } from "../../../src/identity/Identity.ts";
import type { ClusterTier, IdentityCall } from "../../../src/identity/IdentityTier.ts";
import { jwt } from "../../../src/identity/jwt/jwt.ts";
import { CALLED_URL, callWith, identityHost, START } from "./identityHost.ts";
import { type Members, TestIssuer } from "./TestIssuer.ts";

const ISSUER = "https://kubernetes.default.svc.cluster.local";
const SUBJECT = "system:serviceaccount:postern-system:webhook-caller";
const NOW = START / 1000;
const CLAIMS = { sub: SUBJECT, aud: [CALLED_URL], exp: NOW + 600, nbf: NOW, iat: NOW };

let es256: TestIssuer;
let rs256: TestIssuer;
/** Another cluster: the same name of the issuer and the same kid, and another key. */
let other: TestIssuer;
let tier: ClusterTier;

/** Settings of the cluster of these tests. */
function settings(keys: readonly JWK[], more: Members = {}): Members {
  return { tier: "jwt", issuer: ISSUER, keys: { keys }, subjects: ["system:serviceaccount:postern-system:*"], ...more };
}

beforeAll(async () => {
  es256 = await TestIssuer.create(ISSUER, "ES256", "es");
  rs256 = await TestIssuer.create(ISSUER, "RS256", "rs");
  other = await TestIssuer.create(ISSUER, "ES256", "es");
  tier = jwt()
    .start(identityHost())
    .forCluster("production", settings([es256.jwk, rs256.jwk]));
});

const REFUSED = (reason: string): TierResult => ({ outcome: "refused", reason }) as TierResult;
const ACCEPTED: TierResult = { outcome: "accepted", identity: { tier: "jwt", subject: SUBJECT } };

/** The header, payload and signature of a token. */
function partsOf(token: string): [string, string, string] {
  const [header = "", payload = "", signature = ""] = token.split(".");
  return [header, payload, signature];
}

describe("a token of the cluster", () => {
  const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

  it.each(algorithms)("signed with %s is accepted", async (alg) => {
    const issuer = await TestIssuer.create(ISSUER, alg);
    const host = identityHost();
    const one = jwt()
      .start(host)
      .forCluster("production", settings([issuer.jwk]));
    expect(await one.identify(callWith(await issuer.sign(CLAIMS)))).toEqual(ACCEPTED);
    expect(host.lines).toEqual([]);
  });

  it.each<[string, Members, Members]>([
    ["one audience as a text", { aud: CALLED_URL }, {}],
    ["several audiences", { aud: ["https://other.example.com", CALLED_URL] }, {}],
    ["no nbf and iat", { nbf: undefined, iat: undefined }, {}],
    ["an exp with a fraction", { exp: NOW + 0.5 }, {}],
    ["an exp within the leeway", { exp: NOW - 29 }, {}],
    ["an nbf and iat within the leeway", { nbf: NOW + 30, iat: NOW + 30 }, {}],
    ["a jti", { jti: "a" }, {}],
    ["the type JWT", {}, { typ: "JWT" }],
    ["the type at+jwt", {}, { typ: "at+jwt" }],
    ["kubernetes.io of a Pod", { "kubernetes.io": { namespace: "a", pod: { name: "a", uid: "b" } } }, {}],
    ["a jku that is not followed", {}, { jku: "https://evil.example.com/keys" }],
    ["an x5u that is not followed", {}, { x5u: "https://evil.example.com/chain" }],
    ["an x5c that is not read", {}, { x5c: ["AAAA"] }],
  ])("with %s is accepted", async (_, claims, header) => {
    expect(await tier.identify(callWith(await es256.sign({ ...CLAIMS, ...claims }, header)))).toEqual(ACCEPTED);
  });

  it("of which a claim is there twice has the last one", async () => {
    const text = JSON.stringify({ iss: ISSUER, ...CLAIMS });
    const first = await es256.signText(text.replace('{"iss"', '{"sub":"root","iss"'));
    expect(await tier.identify(callWith(first))).toEqual(ACCEPTED);
    const last = await es256.signText(text.replace(/}$/, ',"sub":"root"}'));
    expect(await tier.identify(callWith(last))).toEqual(REFUSED("wrong-subject"));
  });
});

describe("the header Authorization", () => {
  it.each(["Bearer", "bearer", "BEARER", "bEaReR"])("has the scheme %s in any case", async (scheme) => {
    const authorization = `${scheme} ${await es256.sign(CLAIMS)}`;
    expect(await tier.identify(callWith(null, { authorization }))).toEqual(ACCEPTED);
  });

  it.each<[string, (token: string) => string | null, TierResult]>([
    ["absent", () => null, { outcome: "absent" }],
    ["empty", () => "", { outcome: "absent" }],
    ["Basic", () => `Basic ${btoa("user:password")}`, { outcome: "absent" }],
    ["Negotiate", (it) => `Negotiate ${it}`, { outcome: "absent" }],
    ["a scheme that begins with Bearer", (it) => `BearerX ${it}`, { outcome: "absent" }],
    ["the token alone", (it) => it, { outcome: "absent" }],
    ["the scheme alone", () => "Bearer", REFUSED("malformed")],
    ["two blanks", (it) => `Bearer  ${it}`, ACCEPTED],
    ["a tab", (it) => `Bearer\t${it}`, { outcome: "absent" }],
    ["a tab behind the blank", (it) => `Bearer \t${it}`, REFUSED("malformed")],
    ["a no-break space", (it) => `Bearer \u00a0${it}`, REFUSED("malformed")],
    ["a blank at the end", (it) => `Bearer ${it} `, REFUSED("malformed")],
    ["a line feed at the end", (it) => `Bearer ${it}\n`, REFUSED("malformed")],
    ["two tokens", (it) => `Bearer ${it} ${it}`, REFUSED("malformed")],
    ["two headers, joined", (it) => `Bearer ${it}, Bearer ${it}`, REFUSED("malformed")],
    ["a parameter", (it) => `Bearer token="${it}"`, REFUSED("malformed")],
    ["quotes", (it) => `Bearer "${it}"`, REFUSED("malformed")],
  ])("is %s", async (_, header, result) => {
    expect(await tier.identify(callWith(null, { authorization: header(await es256.sign(CLAIMS)) }))).toEqual(result);
  });
});

describe("a hostile token is refused", () => {
  const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));
  const payload = (): string => encode({ iss: ISSUER, ...CLAIMS });

  /** HS256 with a text that everybody knows as the secret. */
  function hmac(secret: string, header: Members = { alg: "HS256", kid: "rs" }): string {
    const input = `${encode(header)}.${payload()}`;
    return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
  }

  it.each<[string, () => string | Promise<string>, string]>([
    // Algorithms.
    ["alg none", () => `${encode({ alg: "none", kid: "es" })}.${payload()}.`, "malformed"],
    ["alg none with a signature", () => `${encode({ alg: "none", kid: "es" })}.${payload()}.AAAA`, "wrong-algorithm"],
    ["alg none with an unknown kid", () => `${encode({ alg: "none", kid: "x" })}.${payload()}.AAAA`, "wrong-algorithm"],
    ["alg NoNe", () => `${encode({ alg: "NoNe", kid: "es" })}.${payload()}.AAAA`, "wrong-algorithm"],
    ["no alg", () => `${encode({ kid: "es" })}.${payload()}.AAAA`, "wrong-algorithm"],
    ["alg as a list", () => `${encode({ alg: ["ES256"], kid: "es" })}.${payload()}.AAAA`, "wrong-algorithm"],
    ["alg of a prototype", () => `${encode({ alg: "constructor", kid: "es" })}.${payload()}.AAAA`, "wrong-algorithm"],
    [
      "HS256 with the public key in PEM as the secret",
      async () => {
        const key = await importJWK(rs256.jwk, "RS256", { extractable: true });
        return hmac(key instanceof Uint8Array ? "" : await exportSPKI(key));
      },
      "wrong-algorithm",
    ],
    ["HS256 with the public JWK as the secret", () => hmac(JSON.stringify(rs256.jwk)), "wrong-algorithm"],
    ["HS256 with the modulus as the secret", () => hmac(String(rs256.jwk.n)), "wrong-algorithm"],
    ["an HMAC that says RS256", () => hmac(String(rs256.jwk.n), { alg: "RS256", kid: "rs" }), "bad-signature"],
    ["RS256 with the kid of an EC key", () => hmac("", { alg: "RS256", kid: "es" }), "wrong-algorithm"],
    ["PS256 with a key for RS256", () => hmac("", { alg: "PS256", kid: "rs" }), "wrong-algorithm"],
    ["ES384 with a P-256 key", () => hmac("", { alg: "ES384", kid: "es" }), "wrong-algorithm"],
    ["ES256K", () => hmac("", { alg: "ES256K", kid: "es" }), "wrong-algorithm"],
    // Keys.
    ["no kid", () => es256.sign(CLAIMS, { kid: undefined }), "unknown-key"],
    ["an unknown kid", () => es256.sign(CLAIMS, { kid: "unknown" }), "unknown-key"],
    ["an empty kid", () => es256.sign(CLAIMS, { kid: "" }), "unknown-key"],
    ["a kid that is a path", () => es256.sign(CLAIMS, { kid: "../../es" }), "unknown-key"],
    ["a kid that is a URL", () => es256.sign(CLAIMS, { kid: "https://evil.example.com/es" }), "unknown-key"],
    ["a kid of a prototype", () => es256.sign(CLAIMS, { kid: "__proto__" }), "unknown-key"],
    ["a very long kid", () => es256.sign(CLAIMS, { kid: "e".repeat(4096) }), "unknown-key"],
    ["a kid with a NUL", () => es256.sign(CLAIMS, { kid: "es\0" }), "unknown-key"],
    ["a kid in another normal form", () => es256.sign(CLAIMS, { kid: "e\u017f" }), "unknown-key"],
    ["a kid that is a number", () => es256.signHeaderText('{"alg":"ES256","kid":1}', CLAIMS), "unknown-key"],
    ["a kid that is a list", () => es256.signHeaderText('{"alg":"ES256","kid":["es"]}', CLAIMS), "unknown-key"],
    ["the key of another cluster with the same issuer and kid", () => other.sign(CLAIMS), "bad-signature"],
    ["an own jwk", () => other.sign(CLAIMS, { jwk: other.jwk, kid: "unknown" }), "unknown-key"],
    ["an own jwk with the kid of the cluster", () => other.sign(CLAIMS, { jwk: other.jwk }), "bad-signature"],
    ["a jku with own keys", () => other.sign(CLAIMS, { jku: "https://evil.example.com/k" }), "bad-signature"],
    ["an x5u with an own chain", () => other.sign(CLAIMS, { x5u: "https://evil.example.com/c" }), "bad-signature"],
    ["an x5c with an own chain", () => other.sign(CLAIMS, { x5c: ["AAAA"] }), "bad-signature"],
    // Extensions and types.
    [
      "crit",
      () => es256.signHeaderText('{"alg":"ES256","kid":"es","crit":["exp"],"exp":1}', CLAIMS),
      "wrong-algorithm",
    ],
    ["an empty crit", () => es256.signHeaderText('{"alg":"ES256","kid":"es","crit":[]}', CLAIMS), "wrong-algorithm"],
    [
      "b64",
      () => es256.signHeaderText('{"alg":"ES256","kid":"es","b64":false,"crit":["b64"]}', CLAIMS),
      "wrong-algorithm",
    ],
    ["b64 alone", () => es256.signHeaderText('{"alg":"ES256","kid":"es","b64":false}', CLAIMS), "wrong-algorithm"],
    ["the type of a statement", () => es256.sign(CLAIMS, { typ: "postern-statement" }), "wrong-algorithm"],
    ["the type of a DPoP proof", () => es256.sign(CLAIMS, { typ: "dpop+jwt" }), "wrong-algorithm"],
    [
      "a type that is a number",
      () => es256.signHeaderText('{"alg":"ES256","kid":"es","typ":1}', CLAIMS),
      "wrong-algorithm",
    ],
    // Forms.
    ["an empty text", () => "", "malformed"],
    ["no token", () => "abc", "malformed"],
    ["two parts", () => "a.b", "malformed"],
    ["four parts", async () => `${await es256.sign(CLAIMS)}.AAAA`, "malformed"],
    ["five parts, as encrypted ones have", () => "a.b.c.d.e", "malformed"],
    ["a header that is no JSON", () => `${base64url.encode("{alg}")}.${payload()}.AAAA`, "malformed"],
    ["a header that is a list", () => `${encode([])}.${payload()}.AAAA`, "malformed"],
    ["a header that is null", () => `${encode(null)}.${payload()}.AAAA`, "malformed"],
    ["a header with a byte order mark", () => `${base64url.encode('\ufeff{"alg":"ES256"}')}.a.b`, "malformed"],
    ["a header that is no UTF-8", () => `${base64url.encode(Uint8Array.of(255, 254))}.a.b`, "malformed"],
    ["unicode letters", () => "ä.b.c", "malformed"],
    ["a wide full stop", async () => (await es256.sign(CLAIMS)).replaceAll(".", "\uff0e"), "malformed"],
    ["padding", async () => `${await es256.sign(CLAIMS)}==`, "malformed"],
    ["base64 with + and /", async () => `${await es256.sign(CLAIMS)}+/`, "malformed"],
    ["a blank within", async () => (await es256.sign(CLAIMS)).replace(".", ". "), "malformed"],
    ["8 KiB and a character", () => "a".repeat(8193), "too-long"],
    ["1 MiB", () => "a".repeat(2 ** 20), "too-long"],
    // Signatures.
    ["a cut signature", async () => (await es256.sign(CLAIMS)).slice(0, -4), "bad-signature"],
    [
      "an empty signature",
      async () =>
        `${partsOf(await es256.sign(CLAIMS))
          .slice(0, 2)
          .join(".")}.`,
      "malformed",
    ],
    ["characters behind the signature", async () => `${await es256.sign(CLAIMS)}AA`, "bad-signature"],
    ["a signature of zeros", async () => withSignature(await es256.sign(CLAIMS), new Uint8Array(64)), "bad-signature"],
    ["a signature in DER", async () => inDer(await es256.sign(CLAIMS)), "bad-signature"],
    [
      "another payload",
      async () => {
        const [header, , signature] = partsOf(await es256.sign(CLAIMS));
        return `${header}.${encode({ iss: ISSUER, ...CLAIMS, sub: `${SUBJECT}2` })}.${signature}`;
      },
      "bad-signature",
    ],
    // Claims.
    ["a payload that is no JSON", () => es256.signText("exp=1"), "malformed"],
    ["a payload that is a list", () => es256.signText("[]"), "malformed"],
    ["a payload that is null", () => es256.signText("null"), "malformed"],
    ["a payload that is no UTF-8", () => es256.signText(Uint8Array.of(123, 255, 125)), "malformed"],
    ["a token in a token", async () => es256.signText(await es256.sign(CLAIMS), { cty: "JWT" }), "malformed"],
    ["no exp", () => es256.sign({ ...CLAIMS, exp: undefined }), "malformed"],
    ["exp as a text", () => es256.sign({ ...CLAIMS, exp: String(NOW + 600) }), "malformed"],
    ["exp null", () => es256.sign({ ...CLAIMS, exp: null }), "malformed"],
    ["exp true", () => es256.sign({ ...CLAIMS, exp: true }), "malformed"],
    ["exp as a list", () => es256.sign({ ...CLAIMS, exp: [NOW + 600] }), "malformed"],
    [
      "exp 1e400",
      () => es256.signText(JSON.stringify({ iss: ISSUER, ...CLAIMS, exp: 0 }).replace('"exp":0', '"exp":1e400')),
      "malformed",
    ],
    ["exp negative", () => es256.sign({ ...CLAIMS, exp: -NOW }), "expired"],
    ["exp 0", () => es256.sign({ ...CLAIMS, exp: 0 }), "expired"],
    ["an exp that is over", () => es256.sign({ ...CLAIMS, exp: NOW - 30 }), "expired"],
    ["an nbf that is to come", () => es256.sign({ ...CLAIMS, nbf: NOW + 31 }), "not-yet-valid"],
    ["an nbf in milliseconds", () => es256.sign({ ...CLAIMS, nbf: START }), "not-yet-valid"],
    ["an nbf as a text", () => es256.sign({ ...CLAIMS, nbf: String(NOW) }), "malformed"],
    ["an iat that is to come", () => es256.sign({ ...CLAIMS, iat: NOW + 31 }), "not-yet-valid"],
    ["no aud", () => es256.sign({ ...CLAIMS, aud: undefined }), "wrong-audience"],
    ["no audience in aud", () => es256.sign({ ...CLAIMS, aud: [] }), "wrong-audience"],
    [
      "other audiences",
      () => es256.sign({ ...CLAIMS, aud: ["a", "https://kubernetes.default.svc"] }),
      "wrong-audience",
    ],
    [
      "the audience of another entry",
      () => es256.sign({ ...CLAIMS, aud: CALLED_URL.replace("pods", "x") }),
      "wrong-audience",
    ],
    ["an audience that begins like the URL", () => es256.sign({ ...CLAIMS, aud: `${CALLED_URL}/` }), "wrong-audience"],
    [
      "an audience that is a beginning of the URL",
      () => es256.sign({ ...CLAIMS, aud: CALLED_URL.slice(0, -1) }),
      "wrong-audience",
    ],
    ["the audience in upper case", () => es256.sign({ ...CLAIMS, aud: CALLED_URL.toUpperCase() }), "wrong-audience"],
    ["an audience that is a pattern", () => es256.sign({ ...CLAIMS, aud: "*" }), "wrong-audience"],
    ["an audience that is an object", () => es256.sign({ ...CLAIMS, aud: { [CALLED_URL]: true } }), "malformed"],
    ["a list with another type", () => es256.sign({ ...CLAIMS, aud: [CALLED_URL, 1] }), "malformed"],
    ["another issuer", () => es256.sign({ ...CLAIMS, iss: "https://other.example.com" }), "wrong-issuer"],
    ["the issuer with a slash", () => es256.sign({ ...CLAIMS, iss: `${ISSUER}/` }), "wrong-issuer"],
    ["no iss", () => es256.sign({ ...CLAIMS, iss: undefined }), "wrong-issuer"],
    ["iss as a list", () => es256.sign({ ...CLAIMS, iss: [ISSUER] }), "malformed"],
    ["another subject", () => es256.sign({ ...CLAIMS, sub: "system:serviceaccount:default:default" }), "wrong-subject"],
    ["a subject that only ends right", () => es256.sign({ ...CLAIMS, sub: ` ${SUBJECT}` }), "wrong-subject"],
    ["no sub", () => es256.sign({ ...CLAIMS, sub: undefined }), "malformed"],
    ["sub as a list", () => es256.sign({ ...CLAIMS, sub: [SUBJECT] }), "malformed"],
    ["jti as a number", () => es256.sign({ ...CLAIMS, jti: 1 }), "malformed"],
    [
      "a claim of a prototype",
      () => es256.signText(`{"__proto__":${JSON.stringify({ iss: ISSUER, ...CLAIMS })}}`),
      "malformed",
    ],
  ])("%s", async (_, make, reason) => {
    expect(await tier.identify(callWith(await make()))).toEqual(REFUSED(reason));
  });

  it("when its key is not on the curve, with a line in the log", async () => {
    const host = identityHost();
    const broken = { ...es256.jwk, x: es256.jwk.y ?? "" };
    const one = jwt()
      .start(host)
      .forCluster("production", settings([broken]));
    expect(await one.identify(callWith(await es256.sign(CLAIMS)))).toEqual(REFUSED("unknown-key"));
    expect(host.lines).toEqual([
      {
        level: "warn",
        message: "A key of an issuer cannot be imported",
        properties: { code: "bad-key", cluster: "production", kid: "es" },
      },
    ]);
  });

  function withSignature(token: string, signature: Uint8Array): string {
    const [header, body] = partsOf(token);
    return `${header}.${body}.${base64url.encode(signature)}`;
  }

  /** The same signature as X9.62 writes it. JWS has the two numbers alone (RFC 7518, section 3.4). */
  function inDer(token: string): string {
    const raw = base64url.decode(partsOf(token)[2]);
    const integer = (bytes: Uint8Array): number[] => {
      const from = bytes.findIndex((byte) => byte !== 0);
      const short = [...bytes.subarray(from)];
      const number = (short[0] ?? 0) > 127 ? [0, ...short] : short;
      return [2, number.length, ...number];
    };
    const body = [...integer(raw.subarray(0, 32)), ...integer(raw.subarray(32))];
    return withSignature(token, Uint8Array.of(48, body.length, ...body));
  }
});

describe("settings.audiences", () => {
  it("are accepted beside the URL", async () => {
    const one = jwt()
      .start(identityHost())
      .forCluster("a", settings([es256.jwk], { audiences: ["postern"] }));
    expect(await one.identify(callWith(await es256.sign({ ...CLAIMS, aud: "postern" })))).toEqual(ACCEPTED);
    expect(await one.identify(callWith(await es256.sign(CLAIMS)))).toEqual(ACCEPTED);
    const wrong = await one.identify(callWith(await es256.sign({ ...CLAIMS, aud: "Postern" })));
    expect(wrong).toEqual(REFUSED("wrong-audience"));
  });
});

describe("a token that is bound to a registration (KEP-6060)", () => {
  const bound = (kind: string, more: Members = {}): Members => ({
    ...CLAIMS,
    "kubernetes.io": {
      namespace: "postern-system",
      serviceaccount: { name: "webhook-caller", uid: "1" },
      [`${kind}webhookconfiguration`]: { name: "postern", uid: "2" },
      attestations: { admissionReviewAPIGroups: ["apps"] },
      ...more,
    },
  });
  const registrations = ["validating postern", "mutating postern"];

  it.each<[string, string, IdentityCall["purpose"], string, TierResult["outcome"]]>([
    ["validating", "its own", "validate", "validating postern", "accepted"],
    ["mutating", "its own", "mutate", "mutating postern", "accepted"],
    ["validating", "a mutating", "mutate", "validating postern, mutating postern", "refused"],
    ["mutating", "a validating", "validate", "validating postern, mutating postern", "refused"],
    ["validating", "a conversion", "convert", "validating postern", "refused"],
    ["mutating", "a conversion", "convert", "mutating postern", "refused"],
    ["validating", "a gate without it", "validate", "mutating postern", "refused"],
  ])("of kind %s, at %s call", async (kind, _, purpose, rendered, outcome) => {
    const host = identityHost({ hasRegistration: (of, name) => rendered.split(", ").includes(`${of} ${name}`) });
    const one = jwt()
      .start(host)
      .forCluster("production", settings([es256.jwk]));
    const call = callWith(await es256.sign(bound(kind)), { purpose });
    const expected =
      outcome === "accepted"
        ? { outcome, identity: { tier: "jwt", subject: SUBJECT, reviewGroup: "apps" } }
        : REFUSED("wrong-registration");
    expect(await one.identify(call)).toEqual(expected);
    expect(await one.identify(call)).toEqual(expected);
  });

  it("is read anew for each call of the cached token", async () => {
    const host = identityHost({ hasRegistration: (...of) => registrations.includes(of.join(" ")) });
    const one = jwt()
      .start(host)
      .forCluster("production", settings([es256.jwk]));
    const token = await es256.sign(bound("validating"));
    expect(await one.identify(callWith(token))).toMatchObject({ outcome: "accepted" });
    expect(one.identify(callWith(token, { purpose: "mutate" }))).toEqual(REFUSED("wrong-registration"));
    expect(one.identify(callWith(token))).toMatchObject({ outcome: "accepted" });
  });
});

describe("a token that was verified", () => {
  it("is answered at once", async () => {
    const call = callWith(await es256.sign(CLAIMS));
    const first = tier.identify(call);
    expect(first).toBeInstanceOf(Promise);
    await first;
    expect(tier.identify(call)).toEqual(ACCEPTED);
  });

  it("is for its audiences only", async () => {
    const second = `${CALLED_URL}2`;
    const token = await es256.sign({ ...CLAIMS, aud: [CALLED_URL, second] });
    await tier.identify(callWith(token));
    expect(tier.identify(callWith(token, { url: second }))).toEqual(ACCEPTED);
    expect(tier.identify(callWith(token, { url: `${CALLED_URL}3` }))).toEqual(REFUSED("wrong-audience"));
  });

  it("is refused when it has expired, by the clock of the gate", async () => {
    const host = identityHost();
    const one = jwt()
      .start(host)
      .forCluster("production", settings([es256.jwk]));
    const call = callWith(await es256.sign(CLAIMS));
    await one.identify(call);
    host.at = START + 629_999;
    expect(one.identify(call)).toEqual(ACCEPTED);
    host.at = START + 630_000;
    expect(await one.identify(call)).toEqual(REFUSED("expired"));
    host.at = START - 30_001;
    expect(await one.identify(call)).toEqual(REFUSED("not-yet-valid"));
  });

  it("is refused while the clock is before its time, though it is known", async () => {
    const host = identityHost();
    const one = jwt()
      .start(host)
      .forCluster("production", settings([es256.jwk]));
    const call = callWith(await es256.sign(CLAIMS));
    await one.identify(call);
    host.at = START - 30_001;
    expect(one.identify(call)).toEqual(REFUSED("not-yet-valid"));
  });

  it("is verified anew for other settings, and for another cluster", async () => {
    const started = jwt().start(identityHost());
    const call = callWith(await es256.sign(CLAIMS));
    await started.forCluster("production", settings([es256.jwk])).identify(call);
    const narrowed = started.forCluster("production", settings([es256.jwk], { subjects: ["system:node:*"] }));
    expect(await narrowed.identify(call)).toEqual(REFUSED("wrong-subject"));
    const replaced = started.forCluster("production", settings([other.jwk]));
    expect(await replaced.identify(call)).toEqual(REFUSED("bad-signature"));
  });
});

describe("a call", () => {
  it("for a host that is not the gate's is refused, whatever its token says", async () => {
    const one = jwt()
      .start(identityHost())
      .forCluster("a", settings([es256.jwk], { audiences: ["postern"] }));
    const token = await es256.sign({ ...CLAIMS, aud: ["postern", CALLED_URL] });
    expect(one.identify(callWith(token, { isHostKnown: false }))).toEqual(REFUSED("wrong-audience"));
    expect(await one.identify(callWith(token))).toEqual(ACCEPTED);
    expect(one.identify(callWith(token, { isHostKnown: false }))).toEqual(REFUSED("wrong-audience"));
    expect(one.identify(callWith(null, { isHostKnown: false }))).toEqual({ outcome: "absent" });
  });

  it("for known credentials only has its token verified by an earlier one", async () => {
    const one = jwt()
      .start(identityHost())
      .forCluster("a", settings([es256.jwk]));
    const token = await es256.sign(CLAIMS);
    expect(one.identify(callWith(token, { isKnownOnly: true }))).toEqual({ outcome: "absent" });
    expect(await one.identify(callWith(token))).toEqual(ACCEPTED);
    expect(one.identify(callWith(token, { isKnownOnly: true }))).toEqual(ACCEPTED);
    const unknown = await es256.sign({ ...CLAIMS, jti: "another" });
    expect(one.identify(callWith(unknown, { isKnownOnly: true, isHostKnown: false }))).toEqual({ outcome: "absent" });
  });
});

describe("clusters", () => {
  it("with the same issuer name and kid have keys of their own", async () => {
    const started = jwt().start(identityHost());
    const [first, second] = [
      started.forCluster("a", settings([es256.jwk])),
      started.forCluster("b", settings([other.jwk])),
    ];
    const [mine, theirs] = [callWith(await es256.sign(CLAIMS)), callWith(await other.sign(CLAIMS))];
    expect(await first.identify(mine)).toEqual(ACCEPTED);
    expect(await second.identify(theirs)).toEqual(ACCEPTED);
    expect(await first.identify(theirs)).toEqual(REFUSED("bad-signature"));
    expect(await second.identify(mine)).toEqual(REFUSED("bad-signature"));
  });
});

it("a token of SignJWT, as other programs make it, is accepted", async () => {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "it" };
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: "PS512", kid: "it" })
    .setIssuer(ISSUER)
    .setSubject(SUBJECT)
    .setAudience(CALLED_URL)
    .setExpirationTime(NOW + 60)
    .sign(await toPs512(privateKey));
  const one = jwt()
    .start(identityHost())
    .forCluster("production", settings([jwk]));
  expect(await one.identify(callWith(token))).toEqual(ACCEPTED);
});

/** The same RSA key for another algorithm: a JWK without `alg` is for all of its kind. */
async function toPs512(key: CryptoKey): Promise<CryptoKey> {
  const bytes = await crypto.subtle.exportKey("pkcs8", key);
  return crypto.subtle.importKey("pkcs8", bytes, { name: "RSA-PSS", hash: "SHA-512" }, false, ["sign"]);
}

describe("an issuer that withdrew its key", () => {
  const PUBLIC = "https://issuer.example.com";

  it.each<[pause: string, ms: number, isKnownOnly: boolean, result: TierResult]>([
    ["5 min", 300_000, false, ACCEPTED],
    ["20 min", 1_200_000, false, REFUSED("unknown-key")],
    ["12 h", 43_200_000, false, REFUSED("unknown-key")],
    ["5 min, behind an address over its limit", 300_000, true, ACCEPTED],
    ["12 h, behind an address over its limit", 43_200_000, true, { outcome: "absent" }],
  ])("has a token that was verified before judged by its new keys after %s", async (_, ms, isKnownOnly, result) => {
    const issuer = await TestIssuer.create(PUBLIC, "ES256", "old");
    let keys: readonly JWK[] = [issuer.jwk];
    const background: Promise<void>[] = [];
    const host = identityHost({ fetch: () => Promise.resolve(Response.json({ keys })) });
    const one = jwt()
      .start(host)
      .forCluster("production", {
        tier: "jwt",
        issuer: PUBLIC,
        jwksUrl: `${PUBLIC}/keys`,
        subjects: [SUBJECT],
      });
    const call = callWith(await issuer.sign({ ...CLAIMS, exp: NOW + 86_400 }), {
      background: (work) => background.push(work),
    });
    expect(await one.identify(call)).toEqual(ACCEPTED);
    keys = [(await TestIssuer.create(PUBLIC, "ES256", "new")).jwk];
    host.at = START + ms;
    expect(await one.identify({ ...call, isKnownOnly })).toEqual(result);
    await Promise.all(background);
  });
});

describe("a forged token", () => {
  it("costs no signature check before it has the claims of one that is accepted", async () => {
    const verify = vi.spyOn(crypto.subtle, "verify");
    try {
      for (const [claims, reason] of [
        [{ sub: "root" }, "wrong-subject"],
        [{ aud: "https://gate.example.com" }, "wrong-audience"],
        [{ exp: NOW - 60 }, "expired"],
        [{ nbf: NOW + 60 }, "not-yet-valid"],
        [{ iss: "https://other.example.com" }, "wrong-issuer"],
      ] as const)
        expect(await tier.identify(callWith(await other.sign({ ...CLAIMS, ...claims })))).toEqual(REFUSED(reason));
      expect(verify).not.toHaveBeenCalled();
      expect(await tier.identify(callWith(await other.sign(CLAIMS)))).toEqual(REFUSED("bad-signature"));
      expect(verify).toHaveBeenCalledTimes(1);
    } finally {
      verify.mockRestore();
    }
  });
});

describe("an issuer whose keys cannot be fetched", () => {
  const PUBLIC = "https://issuer.example.com";

  it.each<[what: string, issuer: string, result: TierResult, fetches: number]>([
    ["of the issuer may be tried again", PUBLIC, REFUSED("keys-unavailable"), 1],
    ["of another issuer is refused, and makes no fetch", "https://issuer.example.com/", REFUSED("wrong-issuer"), 0],
    ["without an issuer is refused, and makes no fetch", "", REFUSED("wrong-issuer"), 0],
  ])("a token %s", async (_, iss, result, fetches) => {
    let made = 0;
    const fetch = (): Promise<never> => {
      made += 1;
      return Promise.reject(new Error("the issuer is down"));
    };
    const down = jwt()
      .start(identityHost({ fetch }))
      .forCluster("production", { tier: "jwt", issuer: PUBLIC, subjects: ["*"] });
    expect(await down.identify(callWith(await es256.sign({ ...CLAIMS, iss })))).toEqual(result);
    expect(made).toBe(fetches);
  });
});
