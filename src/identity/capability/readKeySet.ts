import { isJsonObject } from "../../protocol/Json.ts";
import { IdentitySettingsError } from "../IdentitySettingsError.ts";

/** The variable with the keys of a gate's capabilities. */
export const CAPABILITY_KEYS = "POSTERN_CAPABILITY_KEYS";
/** A set is read and checked at the start of each isolate, and a token names one key: more keys only hide old ones. */
export const MAX_KEYS = 8;
/** A key with all its members has 400 characters. Workers take 5 kB for a secret. */
const MAX_LENGTH = 16_384;
/** Without characters that have a meaning in paths or logs. A thumbprint (RFC 7638) has 43. */
const KID = /^[A-Za-z0-9_-]{1,64}$/;
/** 32 bytes in base64url: a coordinate or a private key of both curves (RFC 8037, RFC 7518 section 6.2). */
const COORDINATE = /^[A-Za-z0-9_-]{43}$/;
const CURVES = {
  EdDSA: { kty: "OKP", crv: "Ed25519" },
  ES256: { kty: "EC", crv: "P-256" },
} as const;

/** The algorithm of a key: RFC 8037 with Ed25519, or RFC 7518 with P-256. */
export type CapabilityAlgorithm = keyof typeof CURVES;

/** A key of a set. */
export interface CapabilityKey {
  readonly kid: string;
  readonly alg: CapabilityAlgorithm;
  readonly x: string;
  /** Only of P-256. */
  readonly y: string | undefined;
  /** The private part. Undefined for a key that only verifies. */
  readonly d: string | undefined;
  /**
   * When the key got its present role, or may have signed last, in milliseconds since 1970. Undefined in a set that
   * `postern keys` did not make.
   */
  readonly sinceMs: number | undefined;
  /** Only of a key that does not sign any more: when its last capability has ended. */
  readonly untilMs: number | undefined;
}

/**
 * Reads a set of keys: the JSON of a JWKS (RFC 7517) with Ed25519 or P-256 keys. The first key signs, all verify. Other
 * members of a key are ignored. Throws {@link IdentitySettingsError}, which never repeats a part of the text.
 */
export function readKeySet(text: unknown): readonly [CapabilityKey, ...CapabilityKey[]] {
  if (text === undefined || text === "") throw fault("is missing: `postern keys new` makes its value");
  if (typeof text !== "string") throw fault(": expected a text, the JSON of a JWKS");
  if (text.length > MAX_LENGTH) throw fault(`: is longer than ${MAX_LENGTH} characters`);
  const set = parsed(text);
  if (!isJsonObject(set) || !Array.isArray(set.keys)) throw fault(': is not a JWKS: expected {"keys": [...]}');
  if (set.keys.length > MAX_KEYS) throw fault(`: has ${set.keys.length} keys: expected at most ${MAX_KEYS}`);
  const [first, ...others] = set.keys.map((key: unknown, index) => readKey(key, `keys.${index}`));
  if (first === undefined) throw fault(": has no key");
  if (first.d === undefined) throw fault(": keys.0 signs, and has no private part `d`");
  const keys = [first, ...others] as const;
  const twice = keys.findIndex(({ kid }, index) => keys.findIndex((it) => it.kid === kid) < index);
  if (twice >= 0) throw fault(`: keys.${twice}.kid is that of another key`);
  return keys;
}

function readKey(key: unknown, path: string): CapabilityKey {
  if (!isJsonObject(key)) throw fault(`: ${path} is not a JWK`);
  const { kid, kty, crv, x, y, d, use } = key;
  const alg = algorithmOf(kty, crv);
  if (alg === undefined) throw fault(`: ${path} is neither an Ed25519 key (kty OKP) nor a P-256 key (kty EC)`);
  if (typeof kid !== "string" || !KID.test(kid))
    throw fault(`: ${path}.kid: expected 1 to 64 letters, digits, '-' and '_'`);
  if (key.alg !== undefined && key.alg !== alg) throw fault(`: ${path}.alg: expected ${alg} for this kind of key`);
  if (use !== undefined && use !== "sig") throw fault(`: ${path}.use: expected sig`);
  if (alg === "EdDSA" && y !== undefined) throw fault(`: ${path}.y: an Ed25519 key has none`);
  return {
    kid,
    alg,
    x: coordinate(x, `${path}.x`),
    y: alg === "ES256" ? coordinate(y, `${path}.y`) : undefined,
    d: d === undefined ? undefined : coordinate(d, `${path}.d`),
    sinceMs: time(key["postern:since"], `${path}.postern:since`),
    untilMs: time(key["postern:until"], `${path}.postern:until`),
  };
}

function algorithmOf(kty: unknown, crv: unknown): CapabilityAlgorithm | undefined {
  if (kty === "OKP" && crv === "Ed25519") return "EdDSA";
  return kty === "EC" && crv === "P-256" ? "ES256" : undefined;
}

/** The public part of a key as a JWK. */
export function publicJwk({ alg, x, y }: CapabilityKey): CapabilityJwk {
  return { ...CURVES[alg], x, ...(y === undefined ? {} : { y }) };
}

/** The members of a JWK that are its key. */
export interface CapabilityJwk {
  readonly kty: "OKP" | "EC";
  readonly crv: "Ed25519" | "P-256";
  readonly x: string;
  readonly y?: string;
}

function coordinate(value: unknown, path: string): string {
  if (typeof value !== "string" || !COORDINATE.test(value)) throw fault(`: ${path}: expected 32 bytes in base64url`);
  return value;
}

/** RFC 3339 in UTC with whole seconds, as `postern keys` writes it. */
function time(value: unknown, path: string): number | undefined {
  if (value === undefined) return undefined;
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms) || utcSeconds(ms) !== value)
    throw fault(`: ${path}: expected a time such as 2026-11-30T00:00:00Z`);
  return ms;
}

/** A time with whole seconds: `2026-11-30T00:00:00Z`. */
export function utcSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error of the parser repeats a part of the text, which is a key.
    throw fault(": is not JSON");
  }
}

function fault(text: string): IdentitySettingsError {
  return new IdentitySettingsError(CAPABILITY_KEYS, text);
}
