import type { CapabilityClaims } from "./readCapability.ts";

/**
 * The capabilities whose signatures were right, so that each is verified once. It says nothing of their time, cluster and
 * denial, which are judged at each call. Only who has a key of the gate can add to it.
 */
export class VerifiedCapabilities {
  readonly #capacity: number;
  readonly #claims = new Map<string, CapabilityClaims>();

  /** `capacity` capabilities are kept: those that were used last. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(token: string): CapabilityClaims | undefined {
    const claims = this.#claims.get(token);
    if (claims === undefined) return undefined;
    this.#claims.delete(token);
    this.#claims.set(token, claims);
    return claims;
  }

  add(token: string, claims: CapabilityClaims): void {
    this.#claims.delete(token);
    this.#claims.set(token, claims);
    for (const [oldest] of this.#claims) {
      if (this.#claims.size <= this.#capacity) return;
      this.#claims.delete(oldest);
    }
  }
}
