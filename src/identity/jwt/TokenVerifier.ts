import { compactVerify, errors } from "jose";
import type { Log } from "../../telemetry/Log.ts";
import { limitLines } from "../../telemetry/limitLines.ts";
import type { RefusalReason } from "../Identity.ts";
import type { IdentityHost } from "../IdentityTier.ts";
import { ImportedKeys } from "./keys/ImportedKeys.ts";
import type { KeySource } from "./keys/KeySource.ts";
import { KeySources } from "./keys/KeySources.ts";
import type { TokenKey } from "./keys/TokenKey.ts";
import { readTokenHeader } from "./readTokenHeader.ts";
import type { CheckedIssuer } from "./readTokenIssuer.ts";
import { readClaims, type TokenClaims, timeRefusal } from "./TokenClaims.ts";

/** What a token has to say, beside the issuer. */
export interface ExpectedToken {
  /** One of them has to be in `aud`, exactly. */
  readonly audiences: readonly string[];
  /** Whether a `sub` is accepted. */
  readonly isSubject: (subject: string) => boolean;
  /** See `IdentityCall.background`. */
  readonly background?: ((work: Promise<void>) => void) | undefined;
}

/** A verified token, or why it is refused. Claims of a refused token are not told. */
export type VerifiedToken =
  | { readonly ok: true; readonly claims: TokenClaims; readonly key: TokenKey }
  | { readonly ok: false; readonly reason: RefusalReason };

/** Makes the verifiers of all clusters of a process. Those of one issuer share its fetched keys. */
export class TokenVerifiers {
  readonly #now: () => number;
  readonly #log: Log;
  readonly #sources: KeySources;
  readonly #imported = new ImportedKeys();

  constructor(host: IdentityHost) {
    this.#now = () => host.now();
    this.#log = limitLines(host.log, this.#now, ["warn"]);
    this.#sources = new KeySources({ now: this.#now, log: this.#log, fetch: host.fetch });
  }

  /** The verifier of a cluster. Nothing is fetched before its first token. */
  forCluster(cluster: string, issuer: CheckedIssuer): TokenVerifier {
    return new TokenVerifier(cluster, {
      issuer: issuer.issuer,
      keys: this.#sources.of(issuer),
      imported: this.#imported,
      now: this.#now,
      log: this.#log,
    });
  }
}

/** What a {@link TokenVerifier} depends on. */
export interface VerifierParts {
  /** The `iss` of the tokens. */
  readonly issuer: string;
  readonly keys: KeySource;
  readonly imported: ImportedKeys;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** Verifies the tokens that the issuer of a cluster signed (RFC 7515, RFC 7519). */
export class TokenVerifier {
  readonly #cluster: string;
  readonly #parts: VerifierParts;

  constructor(cluster: string, parts: VerifierParts) {
    this.#cluster = cluster;
    this.#parts = parts;
  }

  /**
   * Verifies a compact JWT. Its claims come first: whoever does not know the issuer, a subject and the audience can neither make the
   * gate fetch keys or check a signature, nor learn whether keys can be fetched. So a reason about a claim says nothing of who
   * made the token. Never rejects.
   */
  async verify(token: string, expected: ExpectedToken): Promise<VerifiedToken> {
    const header = readTokenHeader(token);
    if (typeof header === "string") return refuse(header);
    const claims = readClaims(token);
    if (claims === undefined) return refuse("malformed");
    const reason = this.#refusal(claims, expected);
    if (reason !== undefined) return refuse(reason);
    const key = await this.#parts.keys.find({ ...header, cluster: this.#cluster, background: expected.background });
    if (typeof key === "string") return refuse(key);
    const imported = await this.#parts.imported.of(key, header.alg);
    if (imported === undefined) {
      const { kid } = key;
      this.#parts.log.warn("A key of an issuer cannot be imported", { code: "bad-key", cluster: this.#cluster, kid });
      return refuse("unknown-key");
    }
    try {
      await compactVerify(token, imported, { algorithms: [header.alg] });
    } catch (error) {
      return refuse(error instanceof errors.JWSSignatureVerificationFailed ? "bad-signature" : "malformed");
    }
    // The fetch of the keys may have taken seconds.
    const late = timeRefusal(claims, this.#parts.now());
    return late === undefined ? { ok: true, claims, key } : refuse(late);
  }

  /** Whether the key of a verified token is still one of the issuer's. Refreshes fetched keys that are due. Never rejects. */
  isInForce(key: TokenKey, background?: (work: Promise<void>) => void): boolean | Promise<boolean> {
    return this.#parts.keys.isInForce(key, { cluster: this.#cluster, background });
  }

  #refusal(claims: TokenClaims, { audiences, isSubject }: ExpectedToken): RefusalReason | undefined {
    if (claims.iss !== this.#parts.issuer) return "wrong-issuer";
    if (!audiences.some((audience) => claims.aud.includes(audience))) return "wrong-audience";
    if (!isSubject(claims.sub)) return "wrong-subject";
    return timeRefusal(claims, this.#parts.now());
  }
}

function refuse(reason: RefusalReason): VerifiedToken {
  return { ok: false, reason };
}
