import type { TokenKey } from "./TokenKey.ts";

/** Who asks for a key. */
export interface KeyCaller {
  /** For the log. */
  readonly cluster: string;
  /** See `IdentityCall.background`. */
  readonly background?: ((work: Promise<void>) => void) | undefined;
}

/** A key that a token names. */
export interface KeyRequest extends KeyCaller {
  readonly kid: string;
  readonly alg: string;
}

/** Why there is no key for a token. */
export type KeyRefusal = "unknown-key" | "wrong-algorithm" | "keys-unavailable";

/** The public keys of an issuer. */
export interface KeySource {
  /** The key that a token names. A promise where keys are fetched; it never rejects. */
  find(request: KeyRequest): TokenKey | KeyRefusal | Promise<TokenKey | KeyRefusal>;
  /** Whether a key that was found before is still one of the issuer's. A promise where keys have to be fetched; it never rejects. */
  isInForce(key: TokenKey, caller: KeyCaller): boolean | Promise<boolean>;
}

/** The key with a `kid` that is for an algorithm. A set may have one `kid` for several kinds of keys (RFC 7517, section 4.5). */
export function findKey(keys: readonly TokenKey[], kid: string, alg: string): TokenKey | KeyRefusal {
  const named = keys.filter((key) => key.kid === kid);
  return named.find((key) => key.fits(alg)) ?? (named.length === 0 ? "unknown-key" : "wrong-algorithm");
}
