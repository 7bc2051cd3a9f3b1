import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import * as z from "zod";
import { parsedJson } from "../../parsedJson.ts";
import { RecordError } from "../../RecordError.ts";

/** A public or private Ed25519 JWK (RFC 8037). Only its public part is used. */
const jwkSchema = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string().regex(/^[\w-]{43}$/),
  kid: z.optional(z.string().min(1)),
});
const fileSchema = z.union([
  z.object({ keys: z.array(jwkSchema).min(1) }),
  jwkSchema.transform((key) => ({ keys: [key] })),
]);

/** What a check of a signature finds. */
export type SignatureResult = "right" | "wrong" | "unknown-key";

/** The public keys whose signatures count. */
export class TrustedKeys {
  readonly #keys: ReadonlyMap<string, KeyObject>;

  private constructor(keys: ReadonlyMap<string, KeyObject>) {
    this.#keys = keys;
  }

  /**
   * Reads a JWKS or one JWK. A key without `kid` has its thumbprint (RFC 7638). Throws {@link RecordError} `wrong-setting`;
   * the error never repeats the text.
   */
  static parse(text: string): TrustedKeys {
    const read = fileSchema.safeParse(parsedJson(text));
    if (!read.success) throw new RecordError("wrong-setting", NO_KEY);
    const keys = new Map<string, KeyObject>();
    for (const { kty, crv, x, kid } of read.data.keys) {
      const thumbprint = hash("sha256", `{"crv":"${crv}","kty":"${kty}","x":"${x}"}`, "base64url");
      try {
        keys.set(kid ?? thumbprint, createPublicKey({ key: { kty, crv, x }, format: "jwk" }));
      } catch {
        throw new RecordError("wrong-setting", NO_KEY);
      }
    }
    return new TrustedKeys(keys);
  }

  /** The key ids, sorted. */
  get kids(): readonly string[] {
    return [...this.#keys.keys()].sort();
  }

  /** Checks an Ed25519 signature (RFC 8032) over a text. */
  check(kid: string, text: string, signature: Uint8Array): SignatureResult {
    const key = this.#keys.get(kid);
    if (key === undefined) return "unknown-key";
    return verify(null, Buffer.from(text), key, signature) ? "right" : "wrong";
  }
}

const NO_KEY = "is not a JWKS or a JWK with public Ed25519 keys (kty OKP, crv Ed25519, x)";
