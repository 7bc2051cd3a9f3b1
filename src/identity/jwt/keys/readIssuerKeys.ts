import { isJsonObject } from "../../../protocol/Json.ts";
import { readPublicKey } from "./readPublicKey.ts";
import type { TokenKey } from "./TokenKey.ts";

/** Kubernetes' issuers have 1 to 4 keys, and large providers up to 10. */
export const MAX_ISSUER_KEYS = 64;

/**
 * The keys of a fetched JSON Web Key Set that can verify tokens, at most 64; undefined for another document. Other keys are
 * left out (RFC 7517, section 5): an issuer may have keys for other uses.
 */
export function readIssuerKeys(set: unknown): TokenKey[] | undefined {
  if (!isJsonObject(set) || !Array.isArray(set.keys)) return undefined;
  const keys: TokenKey[] = [];
  for (const jwk of set.keys) {
    const key = readPublicKey(jwk);
    if (!("fault" in key)) keys.push(key);
    if (keys.length === MAX_ISSUER_KEYS) break;
  }
  return keys;
}
