import type { Certificate } from "../x509/Certificate.ts";

/** TLS versions. Each is tried with a handshake of its own. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** Kinds of key. Each is tried with a handshake of its own. An Ed25519 certificate answers to `ecdsa`. */
export type KeyOffer = "ecdsa" | "rsa";

/** Why a handshake returned no chain. Part of the API: callers match on these. */
export type HandshakeFaultCode =
  /** The endpoint has no certificate of this kind, or does not speak this TLS version. This is normal. */
  | "not-offered"
  /** The connection was refused or closed. */
  | "refused"
  /** There is no route to the address. */
  | "unreachable"
  /** The handshake did not finish within its time limit. */
  | "timeout"
  /** The caller aborted the probe, or the probe reached its total time limit. */
  | "aborted"
  /** The endpoint served a certificate that Go cannot parse and would not accept. */
  | "bad-certificate"
  /** Any other TLS error. */
  | "tls-failed";

/** One handshake to try. */
export interface HandshakeOffer {
  readonly address: string;
  readonly family: 4 | 6;
  readonly version: TlsVersion;
  readonly key: KeyOffer;
}

/** The result of one handshake. */
export type HandshakeObservation = HandshakeOffer &
  (
    | {
        readonly ok: true;
        /** The chain exactly as served, with its order, duplicates and unrelated certificates. At least the leaf. */
        readonly chain: readonly Certificate[];
        /**
         * Whether the handshake finished, which proves that the endpoint has the leaf's private key. False when the
         * endpoint closed the connection after it served the chain: in TLS 1.2, servers that require a client
         * certificate do.
         */
        readonly finished: boolean;
        /**
         * Whether the endpoint ended an unfinished handshake with an alert that servers send to a client without a
         * certificate. It sends the alert after the client has verified the endpoint's signature with the leaf's key.
         */
        readonly wantsClientCertificate?: boolean;
      }
    | { readonly ok: false; readonly code: HandshakeFaultCode; readonly message: string }
  );
