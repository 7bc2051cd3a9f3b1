import type { Certificate } from "../x509/Certificate.ts";

/** TLS versions that are tried, each by itself. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** Kinds of certificate that are asked for, each by itself. An Ed25519 one answers to `ecdsa`. */
export type KeyOffer = "ecdsa" | "rsa";

/** Why a handshake brought no chain. Part of the API: callers match on these. */
export type ObservationCode =
  /** The edge has no certificate of that kind, or not for that version: nothing is wrong. */
  | "not-offered"
  | "refused"
  | "unreachable"
  | "timeout"
  | "aborted"
  /** It served something that Go cannot read, and so would not take. */
  | "bad-certificate"
  | "tls-failed";

/** One handshake that was asked for, at one address. */
export interface HandshakeOffer {
  readonly address: string;
  readonly family: 4 | 6;
  readonly version: TlsVersion;
  readonly key: KeyOffer;
}

/** What came of one handshake. */
export type Observation = HandshakeOffer &
  (
    | {
        readonly ok: true;
        /** Exactly as served: order, duplicates and strangers included. At least the leaf. */
        readonly chain: readonly Certificate[];
        /**
         * The handshake was finished, and with it the proof that the edge has the leaf's key. Not so where it hung up after
         * serving: one that wants a client's certificate does, in TLS 1.2.
         */
        readonly finished: boolean;
      }
    | { readonly ok: false; readonly code: ObservationCode; readonly message: string }
  );
