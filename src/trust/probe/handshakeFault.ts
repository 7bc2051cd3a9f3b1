import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { ObservationCode } from "./Observation.ts";

/** What an error of a TLS connection says of the edge. `message` is the error's own, in one line. */
export function handshakeFault(error: unknown): { readonly code: ObservationCode; readonly message: string } {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const text = errorMessage(error);
  // OpenSSL's reason, without the numbers and file names around it.
  const reason = error instanceof Error && "reason" in error ? String(error.reason) : undefined;
  const message = reason ?? text.split("\n")[0] ?? code;
  return { code: codeOf(code), message };
}

/**
 * Alerts 40, 70 and 71, and our own answer when the edge picks a version or algorithm that was not offered. OpenSSL 3.5 calls
 * alert 40 `SSL/TLS_ALERT_HANDSHAKE_FAILURE`, earlier ones `SSLV3_ALERT_HANDSHAKE_FAILURE`.
 */
const NOTHING_IN_COMMON =
  /^ERR_SSL_(.*ALERT_HANDSHAKE_FAILURE|.*ALERT_PROTOCOL_VERSION|.*ALERT_INSUFFICIENT_SECURITY|UNSUPPORTED_PROTOCOL|WRONG_SSL_VERSION|WRONG_SIGNATURE_TYPE)$/;

/** OpenSSL's and Node's codes. */
function codeOf(code: string): ObservationCode {
  if (NOTHING_IN_COMMON.test(code)) return "not-offered";
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE)$/.test(code)) return "refused";
  if (/^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|ETIMEDOUT|EINVAL|ENETDOWN|EHOSTDOWN)$/.test(code)) return "unreachable";
  return "tls-failed";
}
