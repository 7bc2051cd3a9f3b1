import { RecentlyUsed } from "../../../cache/RecentlyUsed.ts";
import type { TokenKey } from "./TokenKey.ts";

/** An imported key takes several kB, mostly outside the heap. It is used once for each new token, about hourly. */
const LIMITS = { entries: 128 };

/** The keys that verified the last tokens, imported for WebCrypto. */
export class ImportedKeys {
  /** By algorithm: WebCrypto imports a key for one. There are at most six, for an RSA key that names none. */
  readonly #keys = new RecentlyUsed<TokenKey, Map<string, Promise<CryptoKey | undefined>>>(LIMITS);

  /** A key for an algorithm that it fits; undefined when it cannot be imported, such as for a point that is not on the curve. */
  of(key: TokenKey, alg: string): Promise<CryptoKey | undefined> {
    let byAlgorithm = this.#keys.get(key);
    if (byAlgorithm === undefined) {
      byAlgorithm = new Map();
      this.#keys.set(key, byAlgorithm);
    }
    let imported = byAlgorithm.get(alg);
    if (imported === undefined) {
      imported = key.import(alg);
      byAlgorithm.set(alg, imported);
    }
    return imported;
  }
}
