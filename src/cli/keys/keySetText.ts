import { type CapabilityKey, publicJwk, utcSeconds } from "../../identity/capability/readKeySet.ts";

/** The JSON of a set on one line: the value of POSTERN_CAPABILITY_KEYS. It has the private parts. */
export function keySetText(keys: readonly CapabilityKey[]): string {
  return `${JSON.stringify({
    keys: keys.map((key) => ({
      ...publicJwk(key),
      ...(key.d === undefined ? {} : { d: key.d }),
      kid: key.kid,
      alg: key.alg,
      use: "sig",
      ...(key.sinceMs === undefined ? {} : { "postern:since": utcSeconds(key.sinceMs) }),
      ...(key.untilMs === undefined ? {} : { "postern:until": utcSeconds(key.untilMs) }),
    })),
  })}\n`;
}
