/** A public Ed25519 key as a JWK (RFC 8037). */
export interface Ed25519PublicKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  /** The key in base64url. */
  readonly x: string;
}
