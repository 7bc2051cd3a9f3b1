import { lookup } from "node:dns/promises";

/**
 * Every address of a host, as the system resolves it: /etc/hosts and search domains count, as they do for an API server on
 * the same machine. Rejects with the resolver's error when there is none of this family.
 */
export async function resolveAddresses(host: string, family: 4 | 6): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, family });
  return found.map(({ address }) => address);
}
