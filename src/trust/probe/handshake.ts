import type { X509Certificate } from "node:crypto";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { Host } from "../../protocol/Host.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { Certificate } from "../x509/Certificate.ts";
import { parseCertificate } from "../x509/parseCertificate.ts";
import type { HandshakeFaultCode, HandshakeObservation, HandshakeOffer, KeyOffer } from "./HandshakeObservation.ts";

/** The server of a handshake, and its limits. */
export interface HandshakeTarget {
  /** The URL's host, sent as SNI. No SNI is sent for an IP address. */
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Default: `tls.connect`. */
  readonly connect?: (options: ConnectionOptions) => TLSSocket;
}

/** Those of RFC 8446, appendix B.4, that Go offers. Named, so that `--tls-cipher-list` of this process does not count. */
const NEW_CIPHERS = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

/** In TLS 1.2 the cipher determines the kind of certificate. */
const CIPHERS: Readonly<Record<KeyOffer, string>> = {
  ecdsa: "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305",
  rsa: "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305",
};

/**
 * In TLS 1.3 the signature algorithms determine the kind of certificate. The PKCS #1 algorithms apply only to
 * signatures in the chain (RFC 8446 4.2.3): an RSA intermediate can sign an ECDSA leaf.
 */
const SIGNATURES: Readonly<Record<KeyOffer, string>> = {
  ecdsa:
    "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512",
  rsa: "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512",
};

/**
 * Alerts 40, 70 and 71, and OpenSSL's own errors when the server picks a version or algorithm that was not offered.
 * OpenSSL 3.5 calls alert 40 `SSL/TLS_ALERT_HANDSHAKE_FAILURE`; earlier versions `SSLV3_ALERT_HANDSHAKE_FAILURE`.
 */
const NOTHING_IN_COMMON =
  /^ERR_SSL_(.*ALERT_HANDSHAKE_FAILURE|.*ALERT_PROTOCOL_VERSION|.*ALERT_INSUFFICIENT_SECURITY|UNSUPPORTED_PROTOCOL|WRONG_SSL_VERSION|WRONG_SIGNATURE_TYPE)$/;

/**
 * Alerts to a client without a certificate, after the server's own. In TLS 1.2, OpenSSL, BoringSSL and Go send 40
 * (handshake_failure); others 42, 43, 46, 48 or 49 (RFC 5246 7.2.2), or 116 as in TLS 1.3 (RFC 8446 6.2).
 */
const CLIENT_CERTIFICATE_MISSING =
  /^ERR_SSL_.*ALERT_(HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED|CERTIFICATE_REQUIRED)$/;

type FailedHandshake = Pick<Extract<HandshakeObservation, { ok: false }>, "code" | "message">;

/** Makes one TLS handshake and closes the connection. Verifies nothing: the caller judges the chain. Never rejects. */
export function handshake(target: HandshakeTarget, offer: HandshakeOffer): Promise<HandshakeObservation> {
  const { signal, timeoutMs } = target;
  const connect = target.connect ?? connectTls;
  if (signal.aborted)
    return Promise.resolve({ ...offer, ok: false, code: "aborted", message: "the probe was aborted" });
  return new Promise((resolve) => {
    let socket: TLSSocket | undefined;
    const finish = (observation: HandshakeObservation): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      resolve(observation);
      // Without a listener, a late error would end the process.
      socket?.on("error", () => {});
      // destroySoon() first sends what is buffered, so that the server sees a finished handshake.
      if (observation.ok) socket?.destroySoon();
      else socket?.destroy();
    };
    const fail = (fault: FailedHandshake): void => finish({ ...offer, ok: false, ...fault });
    const abort = (): void => fail({ code: "aborted", message: "the probe was aborted" });
    const timer = setTimeout(() => fail({ code: "timeout", message: `no answer in ${timeoutMs} ms` }), timeoutMs);
    signal.addEventListener("abort", abort, { once: true });
    try {
      socket = connect(connectionOptions(target, offer));
    } catch (error) {
      fail(handshakeFault(error));
      return;
    }
    const connected = socket;
    connected.once("error", (error) => {
      const chain = servedBefore(connected);
      if (chain === undefined) fail(handshakeFault(error));
      else finish({ ...offer, ok: true, chain, finished: false, wantsClientCertificate: isForOurCertificate(error) });
    });
    connected.once("close", () => fail({ code: "refused", message: "the connection was closed during the handshake" }));
    connected.once("secureConnect", () => {
      try {
        finish({ ...offer, ok: true, chain: servedChain(connected), finished: true });
      } catch (error) {
        fail({ code: "bad-certificate", message: error instanceof Error ? error.message : "it cannot be parsed" });
      }
    });
  });
}

function connectionOptions(target: HandshakeTarget, { address, version, key }: HandshakeOffer): ConnectionOptions {
  const byVersion =
    version === "TLSv1.2" ? { ciphers: CIPHERS[key] } : { ciphers: NEW_CIPHERS, sigalgs: SIGNATURES[key] };
  return {
    host: address,
    port: target.port,
    // SNI holds no addresses (RFC 6066 section 3).
    servername: new Host(target.host).serverName ?? "",
    // With an empty store, Node adds no certificate that was not served.
    ca: [],
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    ALPNProtocols: ["h2", "http/1.1"],
    ...byVersion,
  };
}

function isForOurCertificate(error: Error): boolean {
  return "code" in error && CLIENT_CERTIFICATE_MISSING.test(String(error.code));
}

/** The chain that was served before the handshake failed; undefined if none was served. */
function servedBefore(socket: TLSSocket): Certificate[] | undefined {
  try {
    return servedChain(socket);
  } catch {
    return undefined;
  }
}

/**
 * The certificates of the Certificate message, in order. `getPeerCertificate` would sort them by issuer and drop those
 * that do not fit. `issuerCertificate` of a peer's X509Certificate is the next certificate that was served. Call this
 * once for each socket: reading consumes the list.
 */
function servedChain(socket: TLSSocket): Certificate[] {
  const chain: Certificate[] = [];
  for (let next: X509Certificate | undefined = socket.getPeerX509Certificate(); next; next = next.issuerCertificate)
    chain.push(parseCertificate(next.raw));
  if (chain.length === 0) throw new Error("no certificate was served");
  return chain;
}

/** Classifies an error of a TLS connection. `message` is the first line of the error's own message. */
function handshakeFault(error: unknown): FailedHandshake {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // OpenSSL's reason, without its numbers and file names.
  const reason = error instanceof Error && "reason" in error ? String(error.reason) : undefined;
  return { code: faultCode(code), message: reason ?? errorMessage(error).split("\n")[0] ?? code };
}

/** Maps a code of OpenSSL or Node. */
function faultCode(code: string): HandshakeFaultCode {
  if (NOTHING_IN_COMMON.test(code)) return "not-offered";
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE)$/.test(code)) return "refused";
  if (/^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|ETIMEDOUT|EINVAL|ENETDOWN|EHOSTDOWN)$/.test(code)) return "unreachable";
  return "tls-failed";
}
