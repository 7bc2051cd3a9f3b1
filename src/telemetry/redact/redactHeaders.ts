import { type AddressHash, hashAddresses } from "./hashAddresses.ts";

/** Headers with credentials: of the caller, of a proxy, and client certificates as proxies forward them. They are dropped. */
const SECRET =
  /^(?:(?:proxy-|x-forwarded-)?authorization|(?:set-)?cookie2?|x-(?:api-key|auth-token|amz-security-token)|cf-access-jwt-assertion|(?:x-)?(?:forwarded-client-cert|ssl-client-(?:cert|certificate|verify|s-dn|serial)|client-cert(?:-chain)?|amzn-mtls-clientcert.*)|cf-client-cert.*)$/;
/** Headers with the address of the client. */
const ADDRESS =
  /^(?:forwarded|(?:x-)?(?:forwarded-for|real-ip|client-ip|cluster-client-ip)|x-original-forwarded-for|true-client-ip|cf-connecting-ip(?:v6)?|cf-pseudo-ipv4|fastly-client-ip|fly-client-ip)$/;

/** Whether a header, in lower case, has credentials. */
export function isSecretHeader(name: string): boolean {
  return SECRET.test(name);
}

/**
 * Headers as they may be stored: without credentials, and with the hash of each address in the place of it, as
 * {@link hashAddresses} has it. Names are in lower case. Throws RangeError for a key of less than 16 bytes.
 */
export async function redactHeaders(
  headers: Iterable<readonly [name: string, value: string]>,
  hash: AddressHash,
): Promise<Readonly<Record<string, string>>> {
  const kept: [string, string][] = [];
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    if (isSecretHeader(name)) continue;
    kept.push([name, ADDRESS.test(name) ? await hashAddresses(value, hash) : value]);
  }
  return Object.fromEntries(kept);
}
