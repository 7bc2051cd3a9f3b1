import { CompactSign, calculateJwkThumbprint, importJWK, type JWK } from "jose";
import { RecordError } from "../RecordError.ts";

/** Signs roots and checkpoints with an Ed25519 key (RFC 8037). The key is imported at the first use. */
export class RecordSigner {
  readonly #jwk: { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string; readonly d: string };
  readonly #kid: string | undefined;
  #ready: Promise<{ readonly key: Awaited<ReturnType<typeof importJWK>>; readonly kid: string }> | undefined;

  /** Throws {@link RecordError} `wrong-setting` when the JWK is not a private Ed25519 key. The error never repeats the key. */
  constructor({ kty, crv, x, d, kid }: JWK) {
    if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string" || typeof d !== "string")
      throw new RecordError(
        "wrong-setting",
        "the key of the records is not a private Ed25519 JWK (kty OKP, crv Ed25519, x, d)",
      );
    this.#jwk = { kty: "OKP", crv: "Ed25519", x, d };
    this.#kid = kid;
  }

  /** A compact JWS with EdDSA over a text. The `kid` is that of the key; by default its thumbprint (RFC 7638). */
  async sign(type: string, payload: string): Promise<string> {
    this.#ready ??= this.#load();
    const { key, kid } = await this.#ready;
    return new CompactSign(new TextEncoder().encode(payload))
      .setProtectedHeader({ alg: "EdDSA", kid, typ: type })
      .sign(key);
  }

  async #load(): Promise<{ readonly key: Awaited<ReturnType<typeof importJWK>>; readonly kid: string }> {
    try {
      const kid = this.#kid ?? (await calculateJwkThumbprint(this.#jwk));
      return { key: await importJWK(this.#jwk, "EdDSA"), kid };
    } catch {
      throw new RecordError("wrong-setting", "the key of the records cannot be imported");
    }
  }
}
