import { base64url, type JWK } from "jose";
import { STATEMENT_TYPE } from "../../registration/selftest/selfTestObjects.ts";
import { GateConfigError } from "../config/GateConfigError.ts";

/** What a gate states about itself when a self-test reaches it. */
export interface SelfTestStatement {
  readonly nonce: string;
  readonly bundleHash: string;
  readonly cluster: string;
  /** As it was called, without the query, and with a hash in the place of a capability: {@link statedUrl}. */
  readonly url: string;
  /** Seconds since 1970. */
  readonly iat: number;
  /** `sha256:HEX` of the registrations that this gate would render for the cluster now. */
  readonly registrationHash: string;
  /** The version of Postern that the gate runs. Early versions do not state it. */
  readonly version: string;
}

/** The parts of a private Ed25519 JWK that differ (RFC 8037, section 2). */
interface SigningKey {
  readonly x: string;
  readonly d: string;
  readonly kid: string | undefined;
}

/**
 * Signs statements with an Ed25519 key (RFC 8037). The key is checked in the constructor and imported at the first use.
 * Written with Web Crypto: the signing of jose is 4 KB of the Worker (gzipped), and is for keys and algorithms of all kinds.
 */
export class SelfTestSigner {
  readonly #jwk: SigningKey;
  #key: Promise<CryptoKey> | undefined;

  /** Throws {@link GateConfigError} when the JWK is not a private Ed25519 key. The error never repeats the key. */
  constructor(jwk: JWK) {
    const { kty, crv, x, d, kid } = jwk;
    if (
      kty !== "OKP" ||
      crv !== "Ed25519" ||
      typeof x !== "string" ||
      typeof d !== "string" ||
      (kid !== undefined && typeof kid !== "string")
    )
      throw new GateConfigError("signingKey", "is not a private Ed25519 JWK (kty OKP, crv Ed25519, x, d)");
    this.#jwk = { x, d, kid };
  }

  /** The statement as a compact JWS. Rejects when the key cannot be imported. */
  async sign(statement: SelfTestStatement): Promise<string> {
    const { kid, x, d } = this.#jwk;
    this.#key ??= crypto.subtle.importKey("jwk", { kty: "OKP", crv: "Ed25519", x, d }, "Ed25519", false, ["sign"]);
    const header = { alg: "EdDSA", typ: STATEMENT_TYPE, ...(kid === undefined ? {} : { kid }) };
    const input = [header, statement].map((part) => base64url.encode(JSON.stringify(part))).join(".");
    const signature = await crypto.subtle.sign("Ed25519", await this.#key, new TextEncoder().encode(input));
    return `${input}.${base64url.encode(new Uint8Array(signature))}`;
  }
}
