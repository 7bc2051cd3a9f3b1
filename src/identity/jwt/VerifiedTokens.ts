import { RecentlyUsed } from "../../cache/RecentlyUsed.ts";
import type { TokenKey } from "./keys/TokenKey.ts";
import { LEEWAY_MS, type TokenClaims } from "./TokenClaims.ts";

/**
 * For all clusters of a process: 3,000 API servers with a token each, and some that change. At most twice as many are kept. The
 * weight is in characters. What else an entry holds is no longer than its token.
 */
const LIMITS = { entries: 4_096, weight: 4 * 1024 * 1024, weightOf: (token: string) => token.length };

/** A token that was verified. */
export interface CachedToken {
  /** The settings that it was verified with, as a number. It is not known in another scope. */
  readonly scope: number;
  readonly claims: TokenClaims;
  /** The key that signed it. */
  readonly key: TokenKey;
}

/**
 * Tokens that were verified, by their exact text: those that were used last. A token is kept until it expires, for the last
 * scope that verified it: a token is for the URL of one cluster. Refused tokens are not kept. Any caller can make up
 * new ones, and one that is refused now is right when its time comes or its key is known.
 */
export class VerifiedTokens {
  readonly #tokens = new RecentlyUsed<string, CachedToken>(LIMITS);

  /** The number of tokens. */
  get size(): number {
    return this.#tokens.size;
  }

  /** The characters of all tokens. */
  get characters(): number {
    return this.#tokens.weight;
  }

  /** A token of a scope, at a time in milliseconds since 1970; undefined when it is not known or has expired. */
  get(token: string, scope: number, now: number): CachedToken | undefined {
    const found = this.#tokens.get(token);
    if (found === undefined || found.scope !== scope) return undefined;
    if (now < found.claims.exp * 1000 + LEEWAY_MS) return found;
    this.delete(token);
    return undefined;
  }

  set(token: string, verified: CachedToken): void {
    this.#tokens.set(token, verified);
  }

  delete(token: string): void {
    this.#tokens.delete(token);
  }
}
