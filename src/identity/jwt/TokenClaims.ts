import { isJsonObject } from "../../protocol/Json.ts";
import type { RefusalReason } from "../Identity.ts";
import { decodeSegment } from "./decodeSegment.ts";
import { type RegistrationClaim, registrationClaim } from "./registrationClaim.ts";

/** The accepted difference between the clocks of an issuer and the gate. Kubernetes' own verifier accepts 1 min. */
export const LEEWAY_MS = 30_000;

/** The claims of a token that Postern reads (RFC 7519, section 4.1). Times are seconds since 1970. */
export interface TokenClaims {
  /** Empty when the token has none. */
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly nbf: number | undefined;
  readonly iat: number | undefined;
  readonly jti: string | undefined;
  /** The registration that the token is bound to; undefined for a token that is not bound to one. */
  readonly registration: RegistrationClaim | undefined;
}

/**
 * Reads the payload of a compact JWS, whose signature may be wrong; undefined when it is no JSON object, lacks `sub` or `exp`, or has
 * a claim of another type. Of a claim that is there twice, the last one counts (RFC 7519, section 4).
 */
export function readClaims(token: string): TokenClaims | undefined {
  let json: unknown;
  try {
    json = JSON.parse(decodeSegment(token.slice(token.indexOf(".") + 1, token.lastIndexOf("."))));
  } catch {
    return undefined;
  }
  if (!isJsonObject(json)) return undefined;
  const { iss = "", sub, exp, nbf, iat, jti } = json;
  const aud = audienceOf(json.aud);
  if (typeof iss !== "string" || typeof sub !== "string" || sub === "" || aud === undefined) return undefined;
  if (!isTime(exp) || !isTimeOrAbsent(nbf) || !isTimeOrAbsent(iat)) return undefined;
  if (jti !== undefined && typeof jti !== "string") return undefined;
  const registration = registrationClaim(json["kubernetes.io"]);
  if (registration === "malformed") return undefined;
  return { iss, sub, aud, exp, nbf, iat, jti, registration };
}

/** Why a token is not valid at a time, in milliseconds since 1970; undefined when it is. */
export function timeRefusal({ exp, nbf, iat }: TokenClaims, now: number): RefusalReason | undefined {
  if (now >= exp * 1000 + LEEWAY_MS) return "expired";
  return [nbf, iat].some((from) => from !== undefined && now < from * 1000 - LEEWAY_MS) ? "not-yet-valid" : undefined;
}

/** A string, or an array of strings (RFC 7519, section 4.1.3). */
function audienceOf(aud: unknown): readonly string[] | undefined {
  if (aud === undefined) return [];
  if (typeof aud === "string") return [aud];
  return Array.isArray(aud) && aud.every((it) => typeof it === "string") ? aud : undefined;
}

/** `1e400` is JSON, and infinite. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isTimeOrAbsent(value: unknown): value is number | undefined {
  return value === undefined || isTime(value);
}
