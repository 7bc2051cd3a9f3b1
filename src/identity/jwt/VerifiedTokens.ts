import type { TokenKey } from "./keys/TokenKey.ts";
import { LEEWAY_MS, type TokenClaims } from "./TokenClaims.ts";

/** For all clusters of a process: 3,000 API servers with a token each, and some that change. */
const MAX_TOKENS = 4_096;
/** Of tokens, in characters. What else an entry holds is no longer than its token. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** A token that was verified. */
export interface CachedToken {
  /** The settings that it was verified with, as a number. It is not known in another scope. */
  readonly scope: number;
  readonly claims: TokenClaims;
  /** The key that signed it. */
  readonly key: TokenKey;
}

/**
 * Tokens that were verified, by their exact text, the least recently used one first. A token is kept until it expires, for the
 * last scope that verified it: a token is for the URL of one cluster. Refused tokens are not kept. Any caller can make up
 * new ones, and one that is refused now is right when its time comes or its key is known.
 */
export class VerifiedTokens {
  readonly #tokens = new Map<string, CachedToken>();
  #characters = 0;

  /** The number of tokens. */
  get size(): number {
    return this.#tokens.size;
  }

  /** The characters of all tokens. */
  get characters(): number {
    return this.#characters;
  }

  /** A token of a scope, at a time in milliseconds since 1970; undefined when it is not known or has expired. */
  get(token: string, scope: number, now: number): CachedToken | undefined {
    const found = this.#tokens.get(token);
    if (found === undefined || found.scope !== scope) return undefined;
    if (now >= found.claims.exp * 1000 + LEEWAY_MS) {
      this.delete(token);
      return undefined;
    }
    this.#tokens.delete(token);
    this.#tokens.set(token, found);
    return found;
  }

  set(token: string, verified: CachedToken): void {
    this.delete(token);
    this.#tokens.set(token, verified);
    this.#characters += token.length;
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= MAX_TOKENS && this.#characters <= MAX_CHARACTERS) break;
      this.delete(oldest);
    }
  }

  delete(token: string): void {
    if (this.#tokens.delete(token)) this.#characters -= token.length;
  }
}
