import type { JsonObject } from "../../protocol/Json.ts";
import { matchesGlob } from "../../protocol/matchesGlob.ts";
import { ABSENT, refused, type TierResult } from "../Identity.ts";
import type { ClusterTier, IdentityCall, IdentityHost, IdentityTier } from "../IdentityTier.ts";
import { bearerToken } from "./bearerToken.ts";
import { type CheckedJwtSettings, readJwtSettings } from "./readJwtSettings.ts";
import { type TokenClaims, timeRefusal } from "./TokenClaims.ts";
import { type TokenVerifier, TokenVerifiers } from "./TokenVerifier.ts";
import { type CachedToken, VerifiedTokens } from "./VerifiedTokens.ts";

/**
 * The tier `jwt`: a call is from the cluster whose issuer signed its bearer token. See `JwtSettings` for the settings.
 *
 * A token is for the URL that is called, or for one of `audiences`. A token that is bound to a registration (KEP-6060) is only
 * for a call of that registration.
 */
export function jwt(): IdentityTier {
  return {
    name: "jwt",
    check: (settings) => {
      readJwtSettings(settings);
    },
    start: (host) => {
      const verifiers = new TokenVerifiers(host);
      const verified = new VerifiedTokens();
      let scopes = 0;
      return {
        forCluster: (cluster: string, settings: JsonObject): ClusterTier => {
          const checked = readJwtSettings(settings);
          scopes += 1;
          return new JwtTier(verifiers.forCluster(cluster, checked.issuer), checked, host, { verified, scope: scopes });
        },
      };
    },
  };
}

/** The cache of the process, and the scope of one cluster in it. */
interface ScopedCache {
  readonly verified: VerifiedTokens;
  readonly scope: number;
}

class JwtTier implements ClusterTier {
  readonly #verifier: TokenVerifier;
  readonly #settings: CheckedJwtSettings;
  readonly #host: IdentityHost;
  readonly #verified: VerifiedTokens;
  readonly #scope: number;

  constructor(verifier: TokenVerifier, settings: CheckedJwtSettings, host: IdentityHost, cache: ScopedCache) {
    this.#verifier = verifier;
    this.#settings = settings;
    this.#host = host;
    this.#verified = cache.verified;
    this.#scope = cache.scope;
  }

  identify(call: IdentityCall): TierResult | Promise<TierResult> {
    const token = bearerToken(call.authorization);
    if (token === undefined) return ABSENT;
    const found = this.#verified.get(token, this.#scope, this.#host.now());
    const isInForce = found !== undefined && this.#verifier.isInForce(found.key, call.background);
    return isInForce instanceof Promise
      ? isInForce.then((it) => this.#judge(token, call, found, it))
      : this.#judge(token, call, found, isInForce);
  }

  /** `isInForce`: whether the key of the token, which was verified before, is still one of the issuer's. */
  #judge(
    token: string,
    call: IdentityCall,
    found: CachedToken | undefined,
    isInForce: boolean,
  ): TierResult | Promise<TierResult> {
    const known = isInForce ? found?.claims : undefined;
    if (found !== undefined && known === undefined) this.#verified.delete(token);
    if (known === undefined && call.isKnownOnly) return ABSENT;
    if (!call.isHostKnown) return refused("wrong-audience");
    if (known === undefined) return this.#verify(token, call);
    // The clock may have gone back.
    const reason = timeRefusal(known, this.#host.now());
    return reason === undefined ? this.#resultOf(known, call) : refused(reason);
  }

  async #verify(token: string, call: IdentityCall): Promise<TierResult> {
    const { subjects, audiences } = this.#settings;
    const verified = await this.#verifier.verify(token, {
      audiences: [call.url, ...audiences],
      isSubject: (subject) => subjects.some((pattern) => matchesGlob(pattern, subject)),
      background: call.background,
    });
    if (!verified.ok) return refused(verified.reason);
    this.#verified.set(token, { scope: this.#scope, claims: verified.claims, key: verified.key });
    return this.#resultOf(verified.claims, call);
  }

  /** What depends on the call, for a token that is verified. */
  #resultOf({ sub, aud, registration }: TokenClaims, call: IdentityCall): TierResult {
    if (!aud.includes(call.url) && !this.#settings.audiences.some((it) => aud.includes(it)))
      return refused("wrong-audience");
    if (registration === undefined) return { outcome: "accepted", identity: { tier: "jwt", subject: sub } };
    const { kind, name, reviewGroup } = registration;
    if (kind !== KINDS[call.purpose] || !this.#host.hasRegistration(kind, name)) return refused("wrong-registration");
    return { outcome: "accepted", identity: { tier: "jwt", subject: sub, reviewGroup } };
  }
}

/** Conversions are registered in a CustomResourceDefinition, to which no token is bound. */
const KINDS: Readonly<Record<IdentityCall["purpose"], "validating" | "mutating" | undefined>> = {
  validate: "validating",
  mutate: "mutating",
  convert: undefined,
};
