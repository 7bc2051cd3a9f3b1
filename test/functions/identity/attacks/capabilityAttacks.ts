import { HOST, type IdentityBed } from "../IdentityBed.ts";
import { type Attack, bearer, PRODUCTION } from "./Attack.ts";

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

/** Attacks with capabilities, and on the calls that issue them. */
export const capabilityAttacks: readonly Attack[] = [...capabilities, ...tokenCalls];
