/** The keys that an algorithm is used with (RFC 7518, section 3.1; RFC 8037, section 3.1). */
export interface KeyKind {
  readonly kty: "RSA" | "EC" | "OKP";
  readonly crv?: string;
}

/**
 * The accepted algorithms: signatures with a public key. With HS256 and its like, whoever verifies could sign; `none` proves
 * nothing. Kubernetes signs with RS256, ES256, ES384 and ES512.
 */
export const ALGORITHMS: ReadonlyMap<string, KeyKind> = new Map<string, KeyKind>([
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].map((alg): [string, KeyKind] => [alg, { kty: "RSA" }]),
  ["ES256", { kty: "EC", crv: "P-256" }],
  ["ES384", { kty: "EC", crv: "P-384" }],
  ["ES512", { kty: "EC", crv: "P-521" }],
  ["EdDSA", { kty: "OKP", crv: "Ed25519" }],
]);
