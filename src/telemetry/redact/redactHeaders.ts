/** Headers with credentials: of the caller, of a proxy, and client certificates as proxies forward them. They are dropped. */
const SECRET =
  /^(?:(?:proxy-|x-forwarded-)?authorization|(?:set-)?cookie2?|x-(?:api-key|auth-token|amz-security-token)|cf-access-jwt-assertion|(?:x-)?(?:forwarded-client-cert|ssl-client-(?:cert|certificate|verify|s-dn|serial)|client-cert(?:-chain)?|amzn-mtls-clientcert.*)|cf-client-cert.*)$/;
/** Headers with the address of the client. */
const ADDRESS =
  /^(?:forwarded|(?:x-)?(?:forwarded-for|real-ip|client-ip|cluster-client-ip)|x-original-forwarded-for|true-client-ip|cf-connecting-ip(?:v6)?|cf-pseudo-ipv4|fastly-client-ip|fly-client-ip)$/;

/** How addresses are replaced. */
export interface AddressHash {
  /** The key of the HMAC, of at least 16 bytes; `plain` for a SHA-256 without a key, which gives an IPv4 address away in seconds. */
  readonly key: Uint8Array<ArrayBuffer> | "plain";
}

/** Whether a header, in lower case, has credentials. */
export function isSecretHeader(name: string): boolean {
  return SECRET.test(name);
}

/**
 * Headers as they may be stored: without credentials, and with the HMAC-SHA-256 of each address in the place of it, as
 * `hmac-sha256:HEX` (or `sha256:HEX`). Names are in lower case. Addresses of a list are replaced one by one, so that the
 * same client is the same value. Throws RangeError for a key of less than 16 bytes.
 */
export async function redactHeaders(
  headers: Iterable<readonly [name: string, value: string]>,
  hash: AddressHash,
): Promise<Readonly<Record<string, string>>> {
  const kept: [string, string][] = [];
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    if (isSecretHeader(name)) continue;
    kept.push([name, ADDRESS.test(name) ? await hashedAddresses(value, hash) : value]);
  }
  return Object.fromEntries(kept);
}

/** Replaces each address of a list. `Forwarded` (RFC 7239) is replaced as a whole element. */
async function hashedAddresses(value: string, hash: AddressHash): Promise<string> {
  return (await Promise.all(value.split(",").map((address) => hashAddress(address.trim(), hash)))).join(", ");
}

/** The HMAC-SHA-256 or SHA-256 of one address, see {@link redactHeaders}. */
export async function hashAddress(address: string, { key }: AddressHash): Promise<string> {
  const bytes = new TextEncoder().encode(address);
  if (key === "plain") return `sha256:${hexOf(await crypto.subtle.digest("SHA-256", bytes))}`;
  if (key.byteLength < 16) throw new RangeError("the key of the HMAC has less than 16 bytes");
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return `hmac-sha256:${hexOf(await crypto.subtle.sign("HMAC", imported, bytes))}`;
}

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
