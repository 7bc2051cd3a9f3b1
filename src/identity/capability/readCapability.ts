import { base64url } from "jose";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import type { RefusalReason } from "../Identity.ts";
import type { CapabilityAlgorithm } from "./readKeySet.ts";

/** URLs of registrations are read by people and written into logs of API servers. A capability is no longer than this. */
export const MAX_CAPABILITY_LENGTH = 512;
/** A capability that leaked is of use for this long at most, whatever signed it. In seconds. */
export const MAX_LIFE_S = 30 * 86_400;
/** The `typ` of a capability. No other token that a gate sees has it. */
export const CAPABILITY_TYPE = "postern-capability";
/** Both algorithms have signatures of 64 bytes. */
const SEGMENTS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/;
/** 96 bits in base64url. */
export const JTI = /^[A-Za-z0-9_-]{16}$/;

/** The payload of a capability. Times are seconds since 1970. */
export interface CapabilityClaims {
  readonly cluster: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
}

/** A capability whose form is right. Nothing of it is verified. */
export interface UnverifiedCapability {
  readonly kid: string;
  readonly alg: CapabilityAlgorithm;
  readonly claims: CapabilityClaims;
}

/**
 * Reads the form of a capability: a compact JWS (RFC 7515) with exactly the header parameters `alg`, `kid` and `typ` and
 * the claims of {@link CapabilityClaims}, each part in the only base64url that its bytes have.
 */
export function readCapability(token: string): UnverifiedCapability | RefusalReason {
  if (token.length > MAX_CAPABILITY_LENGTH) return "too-long";
  const [, head = "", body = "", signature = ""] = SEGMENTS.exec(token) ?? [];
  const header = parsed(head);
  const payload = parsed(body);
  if (header === undefined || payload === undefined || bytesOf(signature) === undefined) return "malformed";
  const { alg, kid, typ, ...parameters } = header;
  if ((alg !== "EdDSA" && alg !== "ES256") || typ !== CAPABILITY_TYPE || Object.keys(parameters).length > 0)
    return "wrong-algorithm";
  if (typeof kid !== "string") return "unknown-key";
  const claims = readClaims(payload);
  return claims === undefined ? "malformed" : { kid, alg, claims };
}

function readClaims({ cluster, iat, exp, jti, ...others }: JsonObject): CapabilityClaims | undefined {
  if (Object.keys(others).length > 0 || typeof cluster !== "string" || typeof jti !== "string") return undefined;
  if (!JTI.test(jti) || !isTime(iat) || !isTime(exp)) return undefined;
  return exp > iat && exp - iat <= MAX_LIFE_S ? { cluster, iat, exp, jti } : undefined;
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function parsed(text: string): JsonObject | undefined {
  const bytes = bytesOf(text);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes of base64url, undefined when the same bytes are written in another way (RFC 4648 section 3.5). */
function bytesOf(text: string): Uint8Array | undefined {
  try {
    const bytes = base64url.decode(text);
    return base64url.encode(bytes) === text && text !== "" ? bytes : undefined;
  } catch {
    return undefined;
  }
}
