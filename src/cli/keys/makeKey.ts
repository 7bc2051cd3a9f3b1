import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import type { CapabilityAlgorithm, CapabilityKey } from "../../identity/capability/readKeySet.ts";

/** Each capability repeats the `kid`, so it is no longer than it has to be: 96 bits of the thumbprint (RFC 7638). */
const KID_LENGTH = 16;

/** Makes a key. Its `kid` begins its thumbprint, without a hyphen in front: `postern keys drop` takes it as an argument. */
export async function makeKey(alg: CapabilityAlgorithm, nowMs: number): Promise<CapabilityKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const { d, x = "", y, ...kind } = await exportJWK(privateKey);
  const thumbprint = await calculateJwkThumbprint({ ...kind, x, ...(y === undefined ? {} : { y }) });
  return { kid: thumbprint.replace(/^-+/, "").slice(0, KID_LENGTH), alg, x, y, d, sinceMs: nowMs, untilMs: undefined };
}
