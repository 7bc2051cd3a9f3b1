import { CompactSign, importJWK, type JWK } from "jose";
import * as z from "zod/mini";
import { STATEMENT_TYPE } from "../../registration/selftest/selfTestObjects.ts";
import { GateConfigError } from "../config/GateConfigError.ts";

/** What a gate states about itself when a self-test reaches it. */
export interface SelfTestStatement {
  readonly nonce: string;
  readonly bundleHash: string;
  readonly cluster: string;
  /** As it was called, without the query. */
  readonly url: string;
  /** Seconds since 1970. */
  readonly iat: number;
  /** `sha256:HEX` of the registrations that this gate would render for the cluster now. */
  readonly registrationHash: string;
}

const signingKeySchema = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  d: z.string(),
  kid: z.optional(z.string()),
});

/** Signs statements with an Ed25519 key (RFC 8037). The key is checked in the constructor and imported at the first use. */
export class SelfTestSigner {
  readonly #jwk: z.infer<typeof signingKeySchema>;
  #key: ReturnType<typeof importJWK> | undefined;

  /** Throws {@link GateConfigError} when the JWK is not a private Ed25519 key. The error never repeats the key. */
  constructor(jwk: JWK) {
    const parsed = signingKeySchema.safeParse(jwk);
    if (!parsed.success)
      throw new GateConfigError("signingKey", "is not a private Ed25519 JWK (kty OKP, crv Ed25519, x, d)");
    this.#jwk = parsed.data;
  }

  /** The statement as a compact JWS. Rejects when the key cannot be imported. */
  async sign(statement: SelfTestStatement): Promise<string> {
    const { kid, kty, crv, x, d } = this.#jwk;
    this.#key ??= importJWK({ kty, crv, x, d }, "EdDSA");
    const payload = new TextEncoder().encode(JSON.stringify(statement));
    return new CompactSign(payload)
      .setProtectedHeader({ alg: "EdDSA", typ: STATEMENT_TYPE, ...(kid === undefined ? {} : { kid }) })
      .sign(await this.#key);
  }
}
