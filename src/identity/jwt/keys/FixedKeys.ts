import { findKey, type KeyRefusal, type KeyRequest, type KeySource } from "./KeySource.ts";
import type { TokenKey } from "./TokenKey.ts";

/** Keys of the settings. They change with the settings only. */
export class FixedKeys implements KeySource {
  readonly #keys: readonly TokenKey[];

  constructor(keys: readonly TokenKey[]) {
    this.#keys = keys;
  }

  find({ kid, alg }: KeyRequest): TokenKey | KeyRefusal {
    return findKey(this.#keys, kid, alg);
  }

  isInForce(key: TokenKey): boolean {
    return this.#keys.includes(key);
  }
}
