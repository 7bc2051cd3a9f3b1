import { isJsonObject } from "../../protocol/Json.ts";
import type { RefusalReason } from "../Identity.ts";
import { decodeSegment } from "./decodeSegment.ts";
import { ALGORITHMS } from "./keys/algorithms.ts";
import { MAX_KID } from "./keys/readPublicKey.ts";

/** ServiceAccount tokens have about 1 KiB. The header lines of a call may be 8 to 16 KiB long, by runtime. */
export const MAX_TOKEN = 8 * 1024;
/** JWS compact serialization (RFC 7515, section 7.1): three parts in base64url, none empty, and nothing else. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Kubernetes sets no type. Access tokens of OAuth have `at+jwt` (RFC 9068). Any other type is a token for something else. */
const TYPES = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"];

/** The parameters of a token's header that Postern uses. `jku`, `jwk`, `x5u` and `x5c` are not read. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid: string;
}

/**
 * Reads the header of a compact JWT, or says why the token is refused: its form, the algorithm, the type, or an extension
 * that has to be understood (`crit`, RFC 7515, section 4.1.11).
 */
export function readTokenHeader(token: string): TokenHeader | RefusalReason {
  if (token.length > MAX_TOKEN) return "too-long";
  if (!COMPACT.test(token)) return "malformed";
  let header: unknown;
  try {
    header = JSON.parse(decodeSegment(token.slice(0, token.indexOf("."))));
  } catch {
    return "malformed";
  }
  if (!isJsonObject(header)) return "malformed";
  const { alg, kid, typ } = header;
  if (typeof alg !== "string" || !ALGORITHMS.has(alg)) return "wrong-algorithm";
  if (header.crit !== undefined || header.b64 !== undefined) return "wrong-algorithm";
  if (typ !== undefined && (typeof typ !== "string" || !TYPES.includes(typ.toLowerCase()))) return "wrong-algorithm";
  return typeof kid === "string" && kid !== "" && kid.length <= MAX_KID ? { alg, kid } : "unknown-key";
}
