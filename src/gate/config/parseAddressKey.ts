import type { AddressHash } from "../../telemetry/redact/hashAddresses.ts";
import { GateConfigError } from "./GateConfigError.ts";

/** Of the output of SHA-256: a longer key adds nothing (RFC 2104). */
const KEY_BYTES = 32;
/** Half of that resists every search. */
const MIN_BYTES = 16;

/**
 * Reads `POSTERN_ADDRESS_KEY`, the key of the HMAC that replaces addresses of clients: a text of at least 16 bytes, or
 * `plain` for a SHA-256 without a key. Without it the key is random: a client has another value in each process. Throws
 * {@link GateConfigError} for a shorter text; the error never repeats it.
 */
export function parseAddressKey(
  text: string | undefined,
  random: (bytes: Uint8Array<ArrayBuffer>) => unknown = (bytes) => crypto.getRandomValues(bytes),
): AddressHash {
  if (text === "plain") return { key: "plain" };
  if (text === undefined || text === "") {
    const key = new Uint8Array(KEY_BYTES);
    random(key);
    return { key };
  }
  const key = new TextEncoder().encode(text);
  if (key.byteLength < MIN_BYTES)
    throw new GateConfigError("POSTERN_ADDRESS_KEY", "has less than 16 bytes; expected a longer text, or plain");
  return { key };
}
