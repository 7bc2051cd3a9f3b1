/** What proxies and sockets write around an address: a port, brackets, and the prefix of an IPv4 address in IPv6. */
const DECORATED = /^\[?(?:::ffff:(?=\d+\.))?([\d.]+(?=:|\]|$)|[\da-f:.]+(?=\]|$))(?:\]?(?::\d{1,5})?)?$/i;
/** The longest list that is replaced. A caller can write a thousand addresses into one header. */
const MAX_ADDRESSES = 16;

/** How addresses are replaced. */
export interface AddressHash {
  /** The key of the HMAC, of at least 16 bytes; `plain` for a SHA-256 without a key, which gives an IPv4 address away in seconds. */
  readonly key: Uint8Array<ArrayBuffer> | "plain";
}

/**
 * The addresses of a list with commas, each as its HMAC-SHA-256, `hmac-sha256:HEX` (or `sha256:HEX`), without its port, so
 * that the same client is the same value. An element of `Forwarded` (RFC 7239) is replaced as a whole. Of a longer list the
 * last 16 are kept, which the nearest proxies wrote. Throws RangeError for a key of less than 16 bytes.
 */
export async function hashAddresses(list: string, hash: AddressHash): Promise<string> {
  const digest = await digestOf(hash);
  const addresses = list.split(",").slice(-MAX_ADDRESSES);
  return (await Promise.all(addresses.map((address) => digest(plainAddress(address.trim()))))).join(", ");
}

/** An address without what is around it, in lower case. Any other text stays. */
function plainAddress(text: string): string {
  return DECORATED.exec(text)?.[1]?.toLowerCase() ?? text;
}

type Digest = (text: string) => Promise<string>;

async function digestOf({ key }: AddressHash): Promise<Digest> {
  const encoder = new TextEncoder();
  if (key === "plain")
    return async (text) => `sha256:${hexOf(await crypto.subtle.digest("SHA-256", encoder.encode(text)))}`;
  if (key.byteLength < 16) throw new RangeError("the key of the HMAC has less than 16 bytes");
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return async (text) => `hmac-sha256:${hexOf(await crypto.subtle.sign("HMAC", imported, encoder.encode(text)))}`;
}

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
