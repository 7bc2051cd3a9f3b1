import { base64url, CompactSign, exportJWK, generateKeyPair, type JWK } from "jose";

/** Members of a payload or a header. Undefined leaves a default out. */
export type Members = Readonly<Record<string, unknown>>;

/** An issuer with one real key. */
export class TestIssuer {
  readonly issuer: string;
  readonly alg: string;
  readonly kid: string;
  readonly #privateKey: CryptoKey;
  /** The public key, as an issuer publishes it. */
  readonly jwk: JWK;

  private constructor(issuer: string, key: { alg: string; kid: string; privateKey: CryptoKey; jwk: JWK }) {
    this.issuer = issuer;
    this.alg = key.alg;
    this.kid = key.kid;
    this.#privateKey = key.privateKey;
    this.jwk = { ...key.jwk, kid: key.kid, alg: key.alg, use: "sig" };
  }

  /** Makes an issuer with a new key. */
  static async create(issuer: string, alg = "ES256", kid = "key-1"): Promise<TestIssuer> {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    return new TestIssuer(issuer, { alg, kid, privateKey, jwk: await exportJWK(publicKey) });
  }

  /** A token. Members of `header` and `claims` replace the defaults of the issuer. */
  sign(claims: Members, header: Members = {}): Promise<string> {
    return this.signText(JSON.stringify({ iss: this.issuer, ...claims }), header);
  }

  /** A token with a payload that need not be JSON. */
  signText(payload: string | Uint8Array, header: Members = {}): Promise<string> {
    const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    return new CompactSign(bytes)
      .setProtectedHeader({ alg: this.alg, kid: this.kid, ...header })
      .sign(this.#privateKey);
  }

  /** A token whose header is this text. jose does not sign some headers. Only with ES256. */
  async signHeaderText(header: string, claims: Members): Promise<string> {
    const encode = (text: string): string => base64url.encode(text);
    const input = `${encode(header)}.${encode(JSON.stringify({ iss: this.issuer, ...claims }))}`;
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    const signature = await crypto.subtle.sign(algorithm, this.#privateKey, new TextEncoder().encode(input));
    return `${input}.${base64url.encode(new Uint8Array(signature))}`;
  }
}
