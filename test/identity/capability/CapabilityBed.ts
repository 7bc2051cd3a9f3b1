import { base64url, type CryptoKey, importJWK, type JWK, SignJWT } from "jose";
import { keySetText } from "../../../src/cli/keys/keySetText.ts";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import { capabilityTier } from "../../../src/identity/capability/capabilityTier.ts";
import { type CapabilityKey, publicJwk } from "../../../src/identity/capability/readKeySet.ts";
import type { TierResult } from "../../../src/identity/Identity.ts";
import type { ClusterTier, IdentityCall, IssuedCapability, StartedTier } from "../../../src/identity/IdentityTier.ts";
import { memoryLog } from "../../gate/gateCall.ts";

export const ISSUER = "https://kubernetes.default.svc.cluster.local";
export const SYNC = "system:serviceaccount:postern-system:postern-sync";
export const AUDIENCE = "https://gate.example.com/token";
export const START_MS = Date.parse("2026-11-30T00:00:00Z");
export const DAY_MS = 86_400_000;

/** Keys of a gate, and one instance of it that has them. */
export class CapabilityBed {
  readonly log = memoryLog();
  readonly keys: readonly CapabilityKey[];
  readonly #started: StartedTier;
  nowMs = START_MS;

  private constructor(keys: readonly CapabilityKey[], env: string) {
    this.keys = keys;
    const host = {
      now: () => this.nowMs,
      log: this.log,
      fetch: () => Promise.reject(new Error("the test fetches nothing")),
      env: { POSTERN_CAPABILITY_KEYS: env },
      hasRegistration: () => true,
    };
    let count = 0;
    this.#started = capabilityTier((length) => new Uint8Array(length).fill(count++)).start(host);
  }

  /** By default, a key that signs with EdDSA and a next one with ES256. */
  static async start(keys?: readonly CapabilityKey[], env?: string): Promise<CapabilityBed> {
    const made = keys ?? [await makeKey("EdDSA", START_MS), await makeKey("ES256", START_MS)];
    return new CapabilityBed(made, env ?? keySetText(made));
  }

  /** The tier of a cluster whose issuer has these keys. */
  cluster(name: string, issuer: ServiceAccountIssuer, settings: Readonly<Record<string, unknown>> = {}): ClusterTier {
    return this.#started.forCluster(name, { tier: "capability", issuer: ISSUER, keys: issuer.jwks, ...settings });
  }
}

/** The issuer of a cluster's ServiceAccount tokens. */
export class ServiceAccountIssuer {
  readonly #key: CapabilityKey;
  readonly #kid: string;

  private constructor(key: CapabilityKey, kid: string) {
    this.#key = key;
    this.#kid = kid;
  }

  static async create(kid = "cluster-key"): Promise<ServiceAccountIssuer> {
    return new ServiceAccountIssuer(await makeKey("ES256", START_MS), kid);
  }

  get jwks(): { readonly keys: JWK[] } {
    return { keys: [{ ...publicJwk(this.#key), kid: this.#kid, alg: "ES256" }] };
  }

  /** A token of the sync; `claims` and `header` replace members. */
  async token(
    claims: Readonly<Record<string, unknown>> = {},
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const seconds = START_MS / 1_000;
    return new SignJWT({
      iss: ISSUER,
      sub: SYNC,
      aud: [AUDIENCE],
      iat: seconds,
      nbf: seconds,
      exp: seconds + 600,
      ...claims,
    })
      .setProtectedHeader({ alg: "ES256", kid: this.#kid, ...header })
      .sign(await privateKey(this.#key));
  }
}

/** Signs any header and payload with a key, as text or bytes, so that the JSON can be wrong. */
export async function signed(key: CapabilityKey, header: unknown, payload: unknown): Promise<string> {
  const text = (value: unknown): string | Uint8Array =>
    typeof value === "string" || value instanceof Uint8Array ? value : JSON.stringify(value);
  const input = `${base64url.encode(text(header))}.${base64url.encode(text(payload))}`;
  const imported = await privateKey(key);
  const algorithm = key.alg === "EdDSA" ? "Ed25519" : { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(algorithm, imported, new TextEncoder().encode(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}

async function privateKey(key: CapabilityKey): Promise<CryptoKey> {
  const imported = await importJWK({ ...publicJwk(key), ...(key.d === undefined ? {} : { d: key.d }) }, key.alg);
  if (imported instanceof Uint8Array) throw new Error("the key is secret bytes");
  return imported;
}

/** The header of a key's capabilities. */
export function headerOf({ alg, kid }: CapabilityKey) {
  return { alg, kid, typ: "postern-capability" };
}

/** Claims of a capability of the cluster `production` that is valid for a day. */
export function claimsFrom(more: Readonly<Record<string, unknown>> = {}) {
  const iat = START_MS / 1_000;
  return { cluster: "production", iat, exp: iat + 86_400, jti: "AAAAAAAAAAAAAAAA", ...more };
}

/** A call with a token in its path. */
export function callWith(token: string | undefined, more: Partial<IdentityCall> = {}): IdentityCall {
  return {
    purpose: "validate",
    url: "https://gate.example.com/c/production/validate",
    token,
    authorization: null,
    certificate: () => undefined,
    isHostKnown: true,
    isKnownOnly: false,
    ...more,
  };
}

/** The result in one word: `accepted`, `absent`, or the reason. */
export async function outcomeOf(result: TierResult | Promise<TierResult>): Promise<string> {
  const settled = await result;
  return settled.outcome === "refused" ? settled.reason : settled.outcome;
}

/** Issues a capability to the sync. */
export async function issued(
  tier: ClusterTier,
  issuer: ServiceAccountIssuer,
  iat = START_MS,
): Promise<IssuedCapability> {
  const seconds = iat / 1_000;
  const token = await issuer.token({ iat: seconds, nbf: seconds, exp: seconds + 600 });
  const result = await tier.issue?.({ authorization: `Bearer ${token}`, audience: AUDIENCE });
  if (result === undefined || typeof result === "string") throw new Error(`nothing was issued: ${result}`);
  return result;
}
