import { HOST, type IdentityBed, urlOf } from "./IdentityBed.ts";
import type { RuntimeName } from "./identityRuntimes.ts";

/** The parts of an attack's request that differ from a POST of a review without credentials to `production`. */
export interface AttackRequest {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly lines?: string;
}

/** A request that must not get a verdict or a capability. */
export interface Attack {
  readonly name: string;
  readonly request: (bed: IdentityBed) => AttackRequest | Promise<AttackRequest>;
  /** One of them, by runtime. A status other than 401 is no refusal of the gate, and is not logged. */
  readonly status: number | readonly number[];
  /** What the log says of a 401. */
  readonly reason?: string | readonly string[];
  /** Default: all. */
  readonly on?: readonly RuntimeName[];
}

/** Where headers go over a wire as they are written. */
const WIRE: readonly RuntimeName[] = ["Node", "workerd"];
/** Where the gate itself checks the host. On Workers a request comes only through the routes of the Worker. */
const CHECKS_HOST: readonly RuntimeName[] = ["Node", "Lambda"];

const PRODUCTION = "/c/production/validate";
const bearer = (token: string): readonly [string, string] => ["Authorization", `Bearer ${token}`];

/** A bearer token for a call of `production`. */
function token(
  name: string,
  make: (bed: IdentityBed) => string | Promise<string>,
  reason: string | readonly string[],
): Attack {
  return { name, request: async (bed) => ({ headers: [bearer(await make(bed))] }), status: 401, reason };
}

/** A capability in the path of a call of `production`. */
function path(
  name: string,
  make: (bed: IdentityBed) => string | Promise<string>,
  reason: string | readonly string[],
  cluster = "production",
): Attack {
  return {
    name,
    request: async (bed) => ({ target: `/k/${await make(bed)}/c/${cluster}/validate` }),
    status: 401,
    reason,
  };
}

/** A header with what would identify a caller, were it believed. */
function header(name: string, value: (bed: IdentityBed) => string | Promise<string>): Attack {
  return {
    name: `a caller that sends ${name}`,
    request: async (bed) => ({ target: "/c/pinned/validate", headers: [[name, await value(bed)]] }),
    status: 401,
    reason: "no-credential",
  };
}

/** A path that is not one of a gate, with a token and a capability that are right for the path that it resembles. */
function misread(target: string, on?: readonly RuntimeName[]): Attack {
  return {
    name: `the path ${target}`,
    request: async (bed) => ({
      target: target.replaceAll("TOKEN", await bed.capability()),
      headers: [bearer(await bed.token())],
    }),
    status: on === undefined ? 404 : [400, 404],
    ...(on === undefined ? {} : { on }),
  };
}

/** A call of `/token/CLUSTER`. */
function tokenCall(
  name: string,
  make: (bed: IdentityBed) => string | undefined | Promise<string | undefined>,
  reason: string | readonly string[],
  cluster = "production",
): Attack {
  return {
    name: `${name} at /token/${cluster}`,
    request: async (bed) => {
      const given = await make(bed);
      return { target: `/token/${cluster}`, headers: given === undefined ? [] : [bearer(given)] };
    },
    status: 401,
    reason,
  };
}

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
      const [own, other] = [(await bed.token()).split("."), (await bed.token({ sub: "root" })).split(".")];
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
          webhookName: "w",
          reviewGroup: "*",
        },
      }),
    ["wrong-registration", "malformed"],
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

/** What edges and proxies tell of certificates. Only a listed proxy is believed. */
const forgedHeaders: readonly Attack[] = [
  header("Client-Cert", (bed) => `:${bed.certificate.replace(/-----[^-]+-----|\s/g, "")}:`),
  header("Ssl-Client-Cert", (bed) => encodeURIComponent(bed.certificate)),
  header(
    "X-Forwarded-Client-Cert",
    (bed) => `Hash=${bed.keys.fingerprint};Cert="${encodeURIComponent(bed.certificate)}"`,
  ),
  header("X-Ssl-Client-Verify", () => "SUCCESS"),
  header("X-Ssl-Client-S-Dn", () => "CN=kube-apiserver,O=production"),
  header("X-Amzn-Mtls-Clientcert-Leaf", (bed) => encodeURIComponent(bed.certificate)),
  header("Cf-Client-Cert-Der-Base64", (bed) => bed.certificate.replace(/-----[^-]+-----|\s/g, "")),
  header("Cf-Client-Cert-Sha256", (bed) => bed.keys.fingerprint),
  header("Cf", (bed) => JSON.stringify(cfOf(bed))),
  header("Cf-Blob", (bed) => JSON.stringify(cfOf(bed))),
  header("Mf-Cf-Blob", (bed) => JSON.stringify(cfOf(bed))),
  header("X-Forwarded-For", () => "192.0.2.1"),
  header("Cf-Connecting-Ip", () => "192.0.2.1"),
  header("X-Remote-User", () => "system:apiserver"),
  header("X-Original-Url", () => "/c/clock/validate"),
  header("X-Rewrite-Url", () => "/c/clock/validate"),
  header("X-Http-Method-Override", () => "GET"),
];

function cfOf(bed: IdentityBed): object {
  return {
    tlsClientAuth: {
      certPresented: "1",
      certVerified: "SUCCESS",
      certRevoked: "0",
      certFingerprintSHA256: bed.keys.fingerprint,
    },
  };
}

const EVIL = "other.example.com";

/** A token that another server was sent, which has the right issuer, subject and path. */
const otherHosts: readonly Attack[] = [
  {
    name: "the host of another server, with a token for it",
    on: CHECKS_HOST,
    request: async (bed) => ({
      headers: [["Host", EVIL], bearer(await bed.token({ aud: urlOf("production", "validate", EVIL) }))],
    }),
    status: 401,
    reason: "wrong-audience",
  },
  {
    name: "the host of the gate with a port that it does not have, and a token for it",
    on: CHECKS_HOST,
    request: async (bed) => ({
      headers: [["Host", `${HOST}:1`], bearer(await bed.token({ aud: urlOf("production", "validate", `${HOST}:1`) }))],
    }),
    status: 401,
    reason: "wrong-audience",
  },
  {
    name: "the host of another server at /token, with a token for it",
    on: CHECKS_HOST,
    request: async (bed) => ({
      target: "/token/production",
      headers: [["Host", EVIL], bearer(await bed.production.sign(bed.syncClaims({ aud: `https://${EVIL}/token` })))],
    }),
    status: 401,
    reason: "wrong-audience",
  },
  ...["X-Forwarded-Host", "X-Original-Host", "X-Host", "Forwarded"].map(
    (name): Attack => ({
      name: `another server in ${name}, with a token for it`,
      request: async (bed) => ({
        headers: [
          [name, name === "Forwarded" ? `host=${EVIL};proto=https` : EVIL],
          bearer(await bed.token({ aud: urlOf("production", "validate", EVIL) })),
        ],
      }),
      status: 401,
      reason: "wrong-audience",
    }),
  ),
];

const paths: readonly Attack[] = [
  misread("//c/production/validate"),
  misread("/c//production/validate"),
  misread("/c/production%2fvalidate"),
  misread("/c/staging%2f..%2fproduction/validate"),
  misread("/c/staging/../production/validate"),
  misread("/c/staging/%2e%2e/production/validate"),
  misread("/c/./production/validate"),
  misread("/C/production/validate"),
  misread("/c/production/VALIDATE"),
  misread("/c/production;x=y/validate"),
  misread("/c/production%00/validate"),
  misread("/c/pr%D0%BEduction/validate"),
  misread("/%E2%84%82/production/validate"),
  misread("/c/pr\u00d0\u00beduction/validate", WIRE),
  misread("/k/TOKEN/k/TOKEN/c/production/validate"),
  misread("/c/production/k/TOKEN/validate"),
  misread("/c/production/validate/k/TOKEN/x"),
  misread("/K/TOKEN/c/production/validate"),
  misread("/k//c/production/validate"),
  misread("/k/c/production/validate"),
  misread("/k/a/TOKEN/c/production/validate"),
  misread("/k/TOKEN%2f/c/production/validate"),
  misread("/k/TOKEN/../TOKEN/c/production/validate"),
  misread("/k/TOKEN/c/staging/../production/validate"),
  misread("/k/TOKEN/token/production"),
  misread("/token/production/"),
  misread("/token//production"),
  misread("/TOKEN/production"),
  misread("/token/staging/../production"),
  misread("/token/production%2f"),
  misread("/token/production/c/production/validate"),
  misread("/other/c/production/validate"),
  {
    name: "the cluster in upper case",
    request: async (bed) => ({ target: "/c/PRODUCTION/validate", headers: [bearer(await bed.token())] }),
    status: 401,
    reason: "unknown-cluster",
  },
  ...["__proto__", "constructor", "toString"].map(
    (name): Attack => ({
      name: `the cluster ${name}`,
      request: async (bed) => ({ target: `/c/${name}/validate`, headers: [bearer(await bed.token())] }),
      status: 401,
      reason: "unknown-cluster",
    }),
  ),
  {
    name: "a capability behind the entry",
    request: async (bed) => ({ target: `${PRODUCTION}/k/${await bed.capability()}` }),
    status: 401,
    reason: "no-credential",
  },
  {
    name: "an absolute target of another server, with a token for it",
    on: WIRE,
    request: async (bed) => ({
      target: `http://${EVIL}${PRODUCTION}`,
      headers: [bearer(await bed.token({ aud: urlOf("production", "validate", EVIL) }))],
    }),
    status: [401, 404],
    reason: "wrong-audience",
  },
];

const capabilities: readonly Attack[] = [
  path("a capability of production at staging", (bed) => bed.capability(), "wrong-cluster", "staging"),
  path(
    "an attacker's capability with the kid of the gate",
    (bed) => bed.capability({}, {}, bed.attackerKey),
    "bad-signature",
  ),
  path("a kid that the gate does not have", (bed) => bed.capability({}, { kid: "other" }), "unknown-key"),
  path("alg none in a capability", (bed) => bed.capability({}, { alg: "none" }), "wrong-algorithm"),
  path("HS256 in a capability", (bed) => bed.capability({}, { alg: "HS256" }), "wrong-algorithm"),
  path("ES256 of a key for EdDSA", (bed) => bed.capability({}, { alg: "ES256" }), "wrong-algorithm"),
  path("a jwk in a capability", (bed) => bed.capability({}, { jwk: JSON.parse(bed.gatePublicKey) }), "wrong-algorithm"),
  path("another claim in a capability", (bed) => bed.capability({ admin: true }), "malformed"),
  path("a capability for 31 days", (bed) => bed.capability({ exp: bed.now + 31 * 86_400 }), "malformed"),
  path("a capability of tomorrow", (bed) => bed.capability({ iat: bed.now + 43_200 }), "not-yet-valid"),
  path("a capability that expired 8 days ago", (bed) => bed.expired(8), "expired"),
  path("a token of the API server in the path", (bed) => bed.token(), ["too-long", "malformed", "wrong-algorithm"]),
  path("a made-up capability", () => "AAAA.AAAA.AAAA", "malformed"),
  path("a capability of 600 characters", () => `${"A".repeat(300)}.${"A".repeat(212)}.${"A".repeat(86)}`, "too-long"),
  path(
    "a signature with other spare bits",
    async (bed) => {
      const made = await bed.capability();
      return `${made.slice(0, -1)}${made.endsWith("A") ? "B" : made.endsWith("Q") ? "R" : made.endsWith("g") ? "h" : "x"}`;
    },
    "malformed",
  ),
  {
    name: "a capability of 20 KB",
    request: () => ({ target: `/k/${"A".repeat(20_000)}/c/production/validate` }),
    status: [401, 414, 431],
    reason: "too-long",
  },
  {
    name: "a bearer token of 20 KB",
    request: (bed) => ({ headers: [bearer(bed.unsigned("ES256", "A".repeat(20_000)))] }),
    status: [401, 431],
    reason: "too-long",
  },
];

const tokenCalls: readonly Attack[] = [
  tokenCall("no token", () => undefined, "no-credential"),
  tokenCall("a capability", (bed) => bed.capability(), "wrong-algorithm"),
  tokenCall("a token of the API server", (bed) => bed.token(), "wrong-audience"),
  tokenCall("an attacker's token", (bed) => bed.forged({}, bed.syncClaims()), "bad-signature"),
  tokenCall("alg none", (bed) => bed.unsigned("none", "AAAA"), "wrong-algorithm"),
  tokenCall(
    "another ServiceAccount",
    (bed) => bed.production.sign(bed.syncClaims({ sub: "system:serviceaccount:default:default" })),
    "wrong-subject",
  ),
  tokenCall(
    "a token for several audiences",
    (bed) => bed.production.sign(bed.syncClaims({ aud: [`https://${HOST}/token`, "https://other.example.com"] })),
    "wrong-audience",
  ),
  tokenCall("a token of another cluster", (bed) => bed.staging.sign(bed.syncClaims()), "bad-signature"),
  tokenCall("a right token", (bed) => bed.production.sign(bed.syncClaims()), "unknown-cluster", "nowhere"),
  tokenCall("a right token", (bed) => bed.production.sign(bed.syncClaims()), "no-tier", "pinned"),
  ...["GET", "PUT", "DELETE", "OPTIONS"].flatMap((method) =>
    ["/token/production", PRODUCTION].map(
      (target): Attack => ({
        name: `${method} ${target}`,
        request: async (bed) => ({
          method,
          target,
          headers: [bearer(await bed.production.sign(bed.syncClaims()))],
        }),
        status: 405,
      }),
    ),
  ),
];

const smuggled: readonly Attack[] = [
  {
    name: "two headers Authorization, the second one right",
    on: WIRE,
    request: async (bed) => ({ headers: [bearer(await bed.forged({})), bearer(await bed.token())] }),
    status: 401,
    reason: ["bad-signature", "malformed"],
  },
  {
    name: "two wrong tokens in one header",
    request: async (bed) => ({
      headers: [["Authorization", `Bearer ${await bed.forged({})}, Bearer ${await bed.token()}`]],
    }),
    status: 401,
    reason: "malformed",
  },
  {
    name: "a blank before the colon of Authorization",
    on: WIRE,
    request: async (bed) => ({ lines: `Authorization : Bearer ${await bed.forged({})}\r\n` }),
    status: [400, 401],
    reason: ["no-credential", "bad-signature"],
  },
  {
    name: "a folded Authorization",
    on: WIRE,
    request: async (bed) => ({ lines: `Authorization:\r\n Bearer ${await bed.forged({})}\r\n` }),
    status: [400, 401],
    reason: ["no-credential", "malformed", "bad-signature"],
  },
  {
    name: "NUL in Authorization",
    on: WIRE,
    request: async (bed) => ({ lines: `Authorization: Bearer ${await bed.forged({})}\0\r\n` }),
    status: [400, 401],
    reason: ["no-credential", "malformed"],
  },
  {
    name: "a bare line feed before a second request line",
    on: WIRE,
    request: async (bed) => ({ lines: `X: y\nAuthorization: Bearer ${await bed.forged({})}\r\n` }),
    status: [400, 401],
    reason: ["no-credential", "bad-signature"],
  },
  {
    name: "Content-Length and Transfer-Encoding",
    on: WIRE,
    request: () => ({ headers: [["Transfer-Encoding", "chunked"]] }),
    status: [400, 401],
    reason: "no-credential",
  },
  {
    name: "two lengths of the body",
    on: WIRE,
    request: () => ({ lines: "Content-Length: 1\r\n" }),
    status: [400, 401],
    reason: "no-credential",
  },
  {
    name: "a header of 100 KB",
    on: WIRE,
    request: () => ({ headers: [["X-Long", "a".repeat(100_000)]] }),
    status: [400, 401, 431],
    reason: "no-credential",
  },
];

/** All attacks. Each must be refused on each runtime that it is for. */
export const identityAttacks: readonly Attack[] = [
  ...forgedTokens,
  ...wrongClaims,
  ...misplaced,
  ...forgedHeaders,
  ...otherHosts,
  ...paths,
  ...capabilities,
  ...tokenCalls,
  ...smuggled,
];
