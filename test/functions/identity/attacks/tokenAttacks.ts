import { HOST, urlOf } from "../IdentityBed.ts";
import { type Attack, bearer, PRODUCTION, token } from "./Attack.ts";

const forgedTokens: readonly Attack[] = [
  token("alg none without a signature", (bed) => bed.unsigned("none", ""), "malformed"),
  token("alg none with a made-up signature", (bed) => bed.unsigned("none", "AAAA"), "wrong-algorithm"),
  token("alg nOnE", (bed) => bed.unsigned("nOnE", "AAAA"), "wrong-algorithm"),
  token("an empty alg", (bed) => bed.unsigned("", "AAAA"), "wrong-algorithm"),
  token("HS256 with the public key in PEM as the secret", (bed) => bed.hmac("PEM"), "wrong-algorithm"),
  token("HS256 with the public JWK as the secret", (bed) => bed.hmac("JWK"), "wrong-algorithm"),
  token("RS256 of a key for ES256", (bed) => bed.forged({ alg: "RS256" }), ["unknown-key", "wrong-algorithm"]),
  token("a signature cut off", async (bed) => (await bed.token()).replace(/[^.]*$/, ""), "malformed"),
  token("a signature of zeros", async (bed) => (await bed.token()).replace(/[^.]*$/, "A".repeat(86)), "bad-signature"),
  token("a short signature", async (bed) => (await bed.token()).slice(0, -10), ["bad-signature", "malformed"]),
  token(
    "claims of another token",
    async (bed) => {
      const [own, other] = [(await bed.token()).split("."), (await bed.token({ note: "another" })).split(".")];
      return [own[0], other[1], own[2]].join(".");
    },
    "bad-signature",
  ),
  token("an attacker's signature", (bed) => bed.forged({}), "bad-signature"),
  token("a kid with SQL", (bed) => bed.forged({ kid: "x' UNION SELECT 'key-1" }), "unknown-key"),
  token("a kid that is a path", (bed) => bed.forged({ kid: "../../../../dev/null" }), "unknown-key"),
  token("a kid that is a URL", (bed) => bed.forged({ kid: "https://evil.example.com/key-1" }), "unknown-key"),
  token("the kid __proto__", (bed) => bed.forged({ kid: "__proto__" }), "unknown-key"),
  token("a kid that is a list", (bed) => bed.forged({ kid: ["key-1"] }), "unknown-key"),
  token("no kid", (bed) => bed.forged({ kid: undefined }), "unknown-key"),
  token("a jku", (bed) => bed.forged({ jku: "https://evil.example.com/keys" }), "bad-signature"),
  token("a jku and its kid", (bed) => bed.forged({ kid: "evil", jku: "https://evil.example.com/keys" }), "unknown-key"),
  token("an x5u", (bed) => bed.forged({ x5u: "https://evil.example.com/chain" }), "bad-signature"),
  token("its own jwk", (bed) => bed.forged({ jwk: { ...bed.attacker.jwk } }), "bad-signature"),
  token("its own x5c", (bed) => bed.forged({ x5c: ["AAAA"], x5t: "AAAA" }), "bad-signature"),
  token("crit", (bed) => bed.token({}, { crit: ["exp"], exp: 1 }).catch(() => bed.forged({ crit: ["x"], x: 1 })), [
    "wrong-algorithm",
  ]),
  token("b64 false", (bed) => bed.forged({ b64: false, crit: ["b64"] }), "wrong-algorithm"),
  token("the type of a capability", (bed) => bed.token({}, { typ: "postern-capability" }), "wrong-algorithm"),
  token("the type of a logout token", (bed) => bed.token({}, { typ: "logout+jwt" }), "wrong-algorithm"),
  token("five parts, as JWE has them", (bed) => `${bed.unsigned("dir", "a")}.b.c`, "malformed"),
  token("a token of 8,193 characters", (bed) => bed.unsigned("ES256", "A".repeat(8_193)), "too-long"),
];

const wrongClaims: readonly Attack[] = [
  token("expired", (bed) => bed.token({ iat: bed.now - 7_200, exp: bed.now - 3_600 }), "expired"),
  token(
    "not valid before tomorrow",
    (bed) => bed.token({ nbf: bed.now + 86_400, exp: bed.now + 90_000 }),
    "not-yet-valid",
  ),
  token("issued tomorrow", (bed) => bed.token({ iat: bed.now + 86_400, exp: bed.now + 90_000 }), "not-yet-valid"),
  token("no exp", (bed) => bed.token({ exp: undefined }), "malformed"),
  token("an exp that is a text", (bed) => bed.token({ exp: String(bed.now + 3_600) }), "malformed"),
  token("no aud", (bed) => bed.token({ aud: undefined }), "wrong-audience"),
  token("the aud of another gate", (bed) => bed.token({ aud: "https://other.example.com" }), "wrong-audience"),
  token("the host alone as aud", (bed) => bed.token({ aud: `https://${HOST}` }), "wrong-audience"),
  token("the aud of mutate", (bed) => bed.token({ aud: urlOf("production", "mutate") }), "wrong-audience"),
  token("the aud of an entry", (bed) => bed.token({ aud: `${urlOf("production")}/pods` }), "wrong-audience"),
  token("the aud of another cluster", (bed) => bed.token({ aud: urlOf("staging") }), "wrong-audience"),
  token("the aud in upper case", (bed) => bed.token({ aud: urlOf("production").toUpperCase() }), "wrong-audience"),
  token("another iss", (bed) => bed.token({ iss: "https://evil.example.com" }), "wrong-issuer"),
  token("the iss with a slash", (bed) => bed.token({ iss: `${bed.keys.issuer}/` }), "wrong-issuer"),
  token("another sub", (bed) => bed.token({ sub: "system:serviceaccount:default:default" }), "wrong-subject"),
  token("a sub that begins with the right one", (bed) => bed.token({ sub: "system:apiserver2" }), "wrong-subject"),
  token(
    "bound to a registration of another gate",
    (bed) =>
      bed.token({
        "kubernetes.io": {
          validatingwebhookconfiguration: { name: "other", uid: "u" },
          attestations: { admissionReviewAPIGroups: ["*"] },
        },
      }),
    ["wrong-registration"],
  ),
  {
    name: "a token of staging, whose issuer has the same name and kid",
    request: async (bed) => ({ headers: [bearer(await bed.staging.sign(bed.claims()))] }),
    status: 401,
    reason: "bad-signature",
  },
  {
    name: "a token of production at staging",
    request: async (bed) => ({
      target: "/c/staging/validate",
      headers: [bearer(await bed.token({ aud: urlOf("staging") }))],
    }),
    status: 401,
    reason: "bad-signature",
  },
  {
    name: "the ServiceAccount token of the sync at a path of reviews",
    request: async (bed) => ({ headers: [bearer(await bed.production.sign(bed.syncClaims()))] }),
    status: 401,
    reason: "wrong-audience",
  },
  {
    name: "the ServiceAccount token of the sync at a cluster with capabilities only",
    request: async (bed) => ({
      target: "/c/managed/validate",
      headers: [bearer(await bed.production.sign(bed.syncClaims({ aud: urlOf("managed") })))],
    }),
    status: 401,
    reason: "no-credential",
  },
];

/** A right token in places where none is looked for. */
const misplaced: readonly Attack[] = [
  ...["access_token", "token", "authorization"].map(
    (name): Attack => ({
      name: `a token in the query as ${name}`,
      request: async (bed) => ({ target: `${PRODUCTION}?${name}=${await bed.token()}` }),
      status: 401,
      reason: "no-credential",
    }),
  ),
  ...["Cookie", "X-Auth-Token", "Proxy-Authorization", "X-Forwarded-Authorization", "X-Amz-Security-Token"].map(
    (name): Attack => ({
      name: `a token in ${name}`,
      request: async (bed) => {
        const value = await bed.token();
        return { headers: [[name, name === "Cookie" ? `Authorization=Bearer ${value}` : `Bearer ${value}`]] };
      },
      status: 401,
      reason: "no-credential",
    }),
  ),
  ...["Basic", "Token", "JWT", "BearerX"].map(
    (scheme): Attack => ({
      name: `a token of the scheme ${scheme}`,
      request: async (bed) => ({ headers: [["Authorization", `${scheme} ${await bed.token()}`]] }),
      status: 401,
      reason: "no-credential",
    }),
  ),
  {
    name: "a capability as bearer token",
    request: async (bed) => ({ headers: [bearer(await bed.capability())] }),
    status: 401,
    reason: "wrong-algorithm",
  },
  {
    name: "a capability in a header",
    request: async (bed) => ({ target: "/c/managed/validate", headers: [["X-Capability", await bed.capability()]] }),
    status: 401,
    reason: "no-credential",
  },
];

/** Attacks with bearer tokens: forged ones, such with wrong claims, and right ones in wrong places. */
export const tokenAttacks: readonly Attack[] = [...forgedTokens, ...wrongClaims, ...misplaced];
