import type { X509Certificate } from "node:crypto";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { Host } from "../../protocol/Host.ts";
import type { Certificate } from "../x509/Certificate.ts";
import { parseCertificate } from "../x509/parseCertificate.ts";
import { handshakeFault } from "./handshakeFault.ts";
import type { HandshakeOffer, KeyOffer, Observation } from "./Observation.ts";

/** Where to, and how long. */
export interface HandshakeTarget {
  /** The URL's host, for SNI. An address gets none. */
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Default: `tls.connect`. */
  readonly connect?: (options: ConnectionOptions) => TLSSocket;
}

/** TLS 1.2 chooses the certificate by the cipher. */
const CIPHERS: Readonly<Record<KeyOffer, string>> = {
  ecdsa: "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305",
  rsa: "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305",
};

/**
 * TLS 1.3 chooses it by the signature algorithms. The PKCS #1 ones are for signatures in the chain alone (RFC 8446 4.2.3):
 * an ECDSA leaf may well be signed by an RSA intermediate.
 */
const SIGNATURES: Readonly<Record<KeyOffer, string>> = {
  ecdsa:
    "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512",
  rsa: "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512",
};

/** Shakes hands once, and hangs up. Trusts nobody and refuses nobody: judging what was served is for others. Never throws. */
export function handshake(target: HandshakeTarget, offer: HandshakeOffer): Promise<Observation> {
  const { signal, timeoutMs } = target;
  const connect = target.connect ?? connectTls;
  if (signal.aborted) return Promise.resolve({ ...offer, ok: false, code: "aborted", message: "it was called off" });
  return new Promise((resolve) => {
    let socket: TLSSocket | undefined;
    const finish = (observation: Observation): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      resolve(observation);
      // A late error has nobody left to hear of it.
      socket?.on("error", () => {});
      // What is written is still sent, so that the edge sees a handshake that was finished.
      if (observation.ok) socket?.destroySoon();
      else socket?.destroy();
    };
    const fail = (fault: Pick<Extract<Observation, { ok: false }>, "code" | "message">): void =>
      finish({ ...offer, ok: false, ...fault });
    const abort = (): void => fail({ code: "aborted", message: "it was called off" });
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
      else finish({ ...offer, ok: true, chain, finished: false });
    });
    connected.once("close", () => fail({ code: "refused", message: "the connection was closed in the handshake" }));
    connected.once("secureConnect", () => {
      try {
        finish({ ...offer, ok: true, chain: servedChain(connected), finished: true });
      } catch (error) {
        fail({ code: "bad-certificate", message: error instanceof Error ? error.message : "it cannot be read" });
      }
    });
  });
}

function connectionOptions(target: HandshakeTarget, { address, version, key }: HandshakeOffer): ConnectionOptions {
  const byVersion = version === "TLSv1.2" ? { ciphers: CIPHERS[key] } : { sigalgs: SIGNATURES[key] };
  return {
    host: address,
    port: target.port,
    // RFC 6066 section 3: no addresses.
    servername: new Host(target.host).serverName ?? "",
    // An empty store: nothing is judged here, and nothing is to be filled in that was not served.
    ca: [],
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    ALPNProtocols: ["h2", "http/1.1"],
    ...byVersion,
  };
}

/** What was served before the handshake failed, if anything was. */
function servedBefore(socket: TLSSocket): Certificate[] | undefined {
  try {
    return servedChain(socket);
  } catch {
    return undefined;
  }
}

/**
 * The certificate message, in its order. `getPeerCertificate` would sort it by issuer and lose what does not fit;
 * `issuerCertificate` of a peer's X509Certificate is simply the next one served. To be read once: it uses the list up.
 */
function servedChain(socket: TLSSocket): Certificate[] {
  const chain: Certificate[] = [];
  for (let next: X509Certificate | undefined = socket.getPeerX509Certificate(); next; next = next.issuerCertificate)
    chain.push(parseCertificate(next.raw));
  if (chain.length === 0) throw new Error("no certificate was served");
  return chain;
}
