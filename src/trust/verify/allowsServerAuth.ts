import type { Chain } from "./Verification.ts";

const ANY_USAGE = "2.5.29.37.0";
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/**
 * Whether a chain may authenticate a server. Each certificate, the anchor included, must list serverAuth or any usage,
 * or have no extended key usages. Source: checkChainForKeyUsage in Go's crypto/x509.
 */
export function allowsServerAuth(chain: Chain): boolean {
  return chain.every(
    ({ extKeyUsage }) =>
      extKeyUsage.length === 0 || extKeyUsage.includes(ANY_USAGE) || extKeyUsage.includes(SERVER_AUTH),
  );
}
