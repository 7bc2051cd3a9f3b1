import { CompactSign, type CryptoKey } from "jose";
import { CAPABILITY_TYPE, type CapabilityClaims } from "./readCapability.ts";
import type { CapabilityAlgorithm } from "./readKeySet.ts";

/** A key that signs capabilities. */
export interface CapabilitySigner {
  readonly kid: string;
  readonly alg: CapabilityAlgorithm;
  readonly key: CryptoKey;
}

/** Signs a capability: a compact JWS. */
export function signCapability({ kid, alg, key }: CapabilitySigner, claims: CapabilityClaims): Promise<string> {
  return new CompactSign(payloadBytes(claims)).setProtectedHeader(headerOf(kid, alg)).sign(key);
}

/** The number of characters of a cluster's capabilities. */
export function capabilityLength(cluster: string, kid: string, alg: CapabilityAlgorithm): number {
  const header = new TextEncoder().encode(JSON.stringify(headerOf(kid, alg))).length;
  const payload = payloadBytes({ cluster, iat: SOME_TIME, exp: SOME_TIME, jti: "-".repeat(16) }).length;
  return base64Length(header) + 1 + base64Length(payload) + 1 + base64Length(64);
}

/** Has as many digits as each time from 2001 to 2286. */
const SOME_TIME = 1_800_000_000;

function headerOf(kid: string, alg: CapabilityAlgorithm) {
  return { alg, kid, typ: CAPABILITY_TYPE };
}

function payloadBytes({ cluster, iat, exp, jti }: CapabilityClaims): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ cluster, iat, exp, jti }));
}

/** Base64url without padding. */
function base64Length(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}
