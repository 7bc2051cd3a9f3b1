import type { Chain } from "./Verification.ts";

const ANY = "2.5.29.37.0";
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/**
 * Whether a chain may authenticate a server: every certificate in it, the anchor included, lists serverAuth or any usage, or
 * lists none (Go's checkChainForKeyUsage).
 */
export function allowsServerAuth(chain: Chain): boolean {
  return chain.every(
    ({ extKeyUsage }) => extKeyUsage.length === 0 || extKeyUsage.includes(ANY) || extKeyUsage.includes(SERVER_AUTH),
  );
}
