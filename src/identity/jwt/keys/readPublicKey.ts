import { base64url } from "jose";
import { isJsonObject, type JsonObject } from "../../../protocol/Json.ts";
import { ALGORITHMS } from "./algorithms.ts";
import { type KeyMaterial, TokenKey } from "./TokenKey.ts";

/** RFC 7518, section 3.3. */
const MIN_RSA_BITS = 2048;
/** The largest modulus that BoringSSL verifies with. */
const MAX_RSA_BITS = 8192;
/** The bytes of a coordinate (RFC 7518, section 6.2.1.2). */
const CURVES: ReadonlyMap<string, number> = new Map([
  ["P-256", 32],
  ["P-384", 48],
  ["P-521", 66],
]);
const ED25519_BYTES = 32;
/** The members of private and symmetric keys (RFC 7518, section 6). */
const SECRET_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];
/** The longest `kid` of a token and a key. Kubernetes' has 43 characters. */
export const MAX_KID = 256;

/** Why a JWK is not used. Nothing of the key is repeated. */
export interface KeyFault {
  /** The member with the fault; empty for the whole key. */
  readonly path: readonly string[];
  readonly fault: string;
}

/** Whether a JWK has a secret: a private or a symmetric key. */
export function isSecretKey(jwk: JsonObject): boolean {
  return jwk.kty === "oct" || SECRET_MEMBERS.some((member) => jwk[member] !== undefined);
}

/** Reads a public JWK (RFC 7517) that verifies signatures of an accepted algorithm. */
export function readPublicKey(jwk: unknown): TokenKey | KeyFault {
  if (!isJsonObject(jwk)) return fault(undefined, ": expected a JSON Web Key");
  if (isSecretKey(jwk)) return fault(undefined, "is a private or symmetric key; expected a public key");
  const { kid, alg, use, key_ops: operations } = jwk;
  if (typeof kid !== "string" || kid === "" || kid.length > MAX_KID)
    return fault("kid", `: expected a text of 1 to ${MAX_KID} characters`);
  if (alg !== undefined && (typeof alg !== "string" || !ALGORITHMS.has(alg)))
    return fault("alg", `: expected one of ${[...ALGORITHMS.keys()].join(", ")}`);
  if (use !== undefined && use !== "sig") return fault("use", ': expected "sig"');
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify")))
    return fault("key_ops", ': expected a list with "verify"');
  const material = readMaterial(jwk);
  if ("fault" in material) return material;
  const key = new TokenKey(kid, alg, material);
  return alg === undefined || key.fits(alg) ? key : fault("alg", "is not an algorithm of this kind of key");
}

function readMaterial(jwk: JsonObject): KeyMaterial | KeyFault {
  const { kty, crv, x, y } = jwk;
  if (kty === "RSA") return readRsa(jwk);
  if (kty === "EC") {
    const bytes = typeof crv === "string" ? CURVES.get(crv) : undefined;
    if (typeof crv !== "string" || bytes === undefined) return fault("crv", ": expected P-256, P-384 or P-521");
    if (!isOfBytes(x, bytes)) return fault("x", `: expected ${bytes} bytes in base64url`);
    if (!isOfBytes(y, bytes)) return fault("y", `: expected ${bytes} bytes in base64url`);
    return { kty, crv, x, y };
  }
  if (kty !== "OKP") return fault("kty", ": expected RSA, EC or OKP");
  if (crv !== "Ed25519") return fault("crv", ": expected Ed25519");
  if (!isOfBytes(x, ED25519_BYTES)) return fault("x", `: expected ${ED25519_BYTES} bytes in base64url`);
  return { kty, crv, x };
}

function readRsa({ n, e }: JsonObject): KeyMaterial | KeyFault {
  const modulus = bytesOf(n);
  if (typeof n !== "string" || modulus === undefined) return fault("n", ": expected bytes in base64url");
  const bits = bitsOf(modulus);
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS)
    return fault("n", `has ${bits} bits; expected ${MIN_RSA_BITS} to ${MAX_RSA_BITS}`);
  // With the exponent 1 anybody can sign. No issuer uses another one than 65537; 3 was in use once.
  if (typeof e !== "string" || (e !== "AQAB" && e !== "Aw")) return fault("e", ": expected AQAB (65537) or Aw (3)");
  return { kty: "RSA", n, e };
}

function isOfBytes(value: unknown, length: number): value is string {
  return bytesOf(value)?.length === length;
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== "string" || !/^[\w-]+$/.test(value)) return undefined;
  try {
    return base64url.decode(value);
  } catch {
    return undefined;
  }
}

/** The length of a number in big-endian bytes. */
function bitsOf(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24;
}

function fault(member: string | undefined, text: string): KeyFault {
  return { path: member === undefined ? [] : [member], fault: text };
}
