import { HOST, type IdentityBed, urlOf } from "../IdentityBed.ts";
import type { RuntimeName } from "../identityRuntimes.ts";
import { type Attack, bearer, CHECKS_HOST, WIRE } from "./Attack.ts";

/** A header with what would identify a caller, were it believed. */
function header(name: string, value: (bed: IdentityBed) => string | Promise<string>): Attack {
  return {
    name: `a caller that sends ${name}`,
    request: async (bed) => ({ target: "/c/pinned/validate", headers: [[name, await value(bed)]] }),
    status: 401,
    reason: "no-credential",
  };
}

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

/** A call with another header Host, and a token that the server of that name was sent. */
function otherHost(host: string, on: readonly RuntimeName[], status = 401): Attack {
  return {
    name: `the host ${host}, with a token for it`,
    on,
    request: async (bed) => ({
      headers: [["Host", host], bearer(await bed.token({ aud: urlOf("production", "validate", host) }))],
    }),
    status,
    reason: "wrong-audience",
  };
}

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
  ...[`${HOST}.`, "a..b"].map((host) => otherHost(host, CHECKS_HOST)),
  // No URL has these hosts. They are not an error of the gate, which it would only have for a cluster that it has.
  ...["1.2.3.256", "999.999.999.999", "1.2.3.4.5", "08.1", "256.1", "xn--a"].map((host) => otherHost(host, ["Node"])),
  ...[`${HOST}:99999`, `x@${HOST}`, `${HOST}/`, `${HOST}?`, "[::1"].map((host) => otherHost(host, ["Node"], 400)),
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

const smuggled: readonly Attack[] = [
  ...["Bearer:", "Bearer=", "Bearer\t", "Bear er", "DPoP", "Negotiate, Bearer"].map(
    (scheme): Attack => ({
      name: `a token of the scheme ${JSON.stringify(scheme)}`,
      request: async (bed) => ({ headers: [["Authorization", `${scheme} ${await bed.token()}`]] }),
      status: 401,
      reason: "no-credential",
    }),
  ),
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

/** Attacks with headers: what proxies tell of callers, other hosts, and requests that are read in several ways. */
export const headerAttacks: readonly Attack[] = [...forgedHeaders, ...otherHosts, ...smuggled];
