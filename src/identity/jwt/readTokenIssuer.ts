import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { IdentitySettingsError } from "../IdentitySettingsError.ts";
import { httpsUrl } from "./keys/httpsUrl.ts";
import { MAX_ISSUER_KEYS } from "./keys/readIssuerKeys.ts";
import { readPublicKey } from "./keys/readPublicKey.ts";
import type { TokenKey } from "./keys/TokenKey.ts";

/** The settings that {@link readTokenIssuer} reads. A tier has others beside them. */
export const ISSUER_SETTINGS: readonly string[] = ["issuer", "keys", "jwksUrl"];

/** No issuer's name is as long. It is sent in each token. */
const MAX_ISSUER = 1024;

/** A checked `TokenIssuer`. */
export interface CheckedIssuer {
  readonly issuer: string;
  /** The inline keys. */
  readonly keys: readonly TokenKey[] | undefined;
  readonly jwksUrl: string | undefined;
}

/** Reads `issuer`, `keys` and `jwksUrl` of a tier's settings. Throws {@link IdentitySettingsError}, which repeats no value. */
export function readTokenIssuer(settings: JsonObject): CheckedIssuer {
  const { issuer, keys, jwksUrl } = settings;
  if (issuer === undefined) throw new IdentitySettingsError("issuer", "is missing");
  if (typeof issuer !== "string" || issuer === "" || issuer.length > MAX_ISSUER)
    throw new IdentitySettingsError("issuer", `: expected a text of 1 to ${MAX_ISSUER} characters`);
  if (keys !== undefined && jwksUrl !== undefined)
    throw new IdentitySettingsError("jwksUrl", "cannot be used together with keys");
  if (keys !== undefined) return { issuer, keys: readKeys(keys), jwksUrl: undefined };
  if (jwksUrl === undefined) {
    if (httpsUrl(issuer) === undefined || issuer.includes("?"))
      throw new IdentitySettingsError(
        "issuer",
        "is not an https URL, so its keys cannot be discovered; set keys or jwksUrl",
      );
    return { issuer, keys: undefined, jwksUrl: undefined };
  }
  const url = typeof jwksUrl === "string" ? httpsUrl(jwksUrl) : undefined;
  if (url === undefined)
    throw new IdentitySettingsError("jwksUrl", ": expected an https URL without user, password and fragment");
  return { issuer, keys: undefined, jwksUrl: url.href };
}

function readKeys(set: unknown): readonly TokenKey[] {
  if (!isJsonObject(set) || !Array.isArray(set.keys))
    throw new IdentitySettingsError("keys", ': expected a JSON Web Key Set, {"keys": [...]}');
  if (set.keys.length === 0 || set.keys.length > MAX_ISSUER_KEYS)
    throw new IdentitySettingsError("keys.keys", `: expected 1 to ${MAX_ISSUER_KEYS} keys`);
  const keys = set.keys.map((jwk: unknown, index) => {
    const key = readPublicKey(jwk);
    if ("fault" in key) throw new IdentitySettingsError(["keys.keys", index, ...key.path].join("."), key.fault);
    return key;
  });
  for (const [index, key] of keys.entries())
    if (keys.findIndex(({ kid }) => kid === key.kid) < index)
      throw new IdentitySettingsError(`keys.keys.${index}.kid`, "is the kid of another key");
  return keys;
}
