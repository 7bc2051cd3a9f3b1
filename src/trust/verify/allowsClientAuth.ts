import type { Certificate } from "../x509/Certificate.ts";

const ANY_USAGE = "2.5.29.37.0";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

/**
 * Whether a certificate of a chain may authenticate a client. A leaf must list clientAuth or any usage, and its key must be one
 * for signatures, because that is what it does in a handshake (RFC 8446 4.4.2.4). Others may also list no usage.
 */
export function allowsClientAuth({ extKeyUsage, keyUsage }: Certificate, isLeaf: boolean): boolean {
  if (isLeaf && keyUsage.length > 0 && !keyUsage.includes("digitalSignature")) return false;
  if (extKeyUsage.length === 0) return !isLeaf;
  return extKeyUsage.includes(ANY_USAGE) || extKeyUsage.includes(CLIENT_AUTH);
}
