import { importJWK } from "jose";
import { ALGORITHMS } from "./algorithms.ts";

/** The members of a public JWK that make the key. */
export type KeyMaterial =
  | { readonly kty: "RSA"; readonly n: string; readonly e: string }
  | { readonly kty: "EC"; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: "OKP"; readonly crv: string; readonly x: string };

/** A public key of an issuer. It is imported when a token needs it: most keys of 3,000 clusters are not used in one process. */
export class TokenKey {
  readonly kid: string;
  /** The one algorithm of the key, where its JWK names it. */
  readonly alg: string | undefined;
  readonly material: KeyMaterial;

  constructor(kid: string, alg: string | undefined, material: KeyMaterial) {
    this.kid = kid;
    this.alg = alg;
    this.material = material;
  }

  /** Whether the key may verify signatures of an algorithm. */
  fits(alg: string): boolean {
    if (this.alg !== undefined && this.alg !== alg) return false;
    const kind = ALGORITHMS.get(alg);
    return (
      kind !== undefined &&
      kind.kty === this.material.kty &&
      (this.material.kty === "RSA" || kind.crv === this.material.crv)
    );
  }

  /** Imports the key for an algorithm that it fits; undefined when it cannot be imported. Never rejects. */
  async import(alg: string): Promise<CryptoKey | undefined> {
    try {
      const key = await importJWK({ ...this.material }, alg, { extractable: false });
      return key instanceof Uint8Array ? undefined : key;
    } catch {
      return undefined;
    }
  }

  /** Whether another key is the same. */
  equals(other: TokenKey): boolean {
    return (
      this.kid === other.kid &&
      this.alg === other.alg &&
      JSON.stringify(this.material) === JSON.stringify(other.material)
    );
  }
}
