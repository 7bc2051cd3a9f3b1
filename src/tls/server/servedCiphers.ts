import { constants } from "node:crypto";
import { DEFAULT_CIPHERS } from "node:tls";

/**
 * The cipher suites of a server, as an OpenSSL list. TLS 1.3 has the suites of RFC 8446, appendix B.4. TLS 1.2 has only
 * suites with forward secrecy and authenticated encryption (RFC 9325, section 4.2): no CBC, no SHA-1 and no RSA key exchange,
 * which Node's own list has. Go's clients, and so API servers, offer ECDHE with AES-GCM in TLS 1.2.
 */
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/**
 * The cipher suites that a server of this process offers. A list that was set with `--tls-cipher-list` is used as it is:
 * the operator may have to meet other rules. `list` is the process's default.
 */
export function servedCiphers(list: string = DEFAULT_CIPHERS): string {
  return list === constants.defaultCoreCipherList ? CIPHERS : list;
}
