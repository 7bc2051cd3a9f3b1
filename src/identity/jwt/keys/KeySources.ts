import type { IdentityHost } from "../../IdentityTier.ts";
import type { CheckedIssuer } from "../readTokenIssuer.ts";
import { FetchedKeys } from "./FetchedKeys.ts";
import { FixedKeys } from "./FixedKeys.ts";
import { fetchKeySet, type KeyLocation } from "./fetchKeySet.ts";
import { KeyFetchError } from "./KeyFetchError.ts";
import type { KeySource } from "./KeySource.ts";

/** Shared sources. A cluster whose source is not among them any more keeps it, and a later one gets its own. */
const MAX_SHARED = 4_096;

/** What key sources need of the host. Each failed fetch is a line of the log. */
export type KeyHost = Pick<IdentityHost, "now" | "log" | "fetch">;

/** The key sources of all clusters of a process. Clusters with the same issuer and `jwksUrl` share fetched keys. */
export class KeySources {
  readonly #host: KeyHost;
  readonly #shared = new Map<string, KeySource>();

  constructor(host: KeyHost) {
    this.#host = host;
  }

  /** The source of an issuer. Inline keys are not shared: two clusters may use one issuer name for different keys. */
  of({ issuer, keys, jwksUrl }: CheckedIssuer): KeySource {
    if (keys !== undefined) return new FixedKeys(keys);
    const name = JSON.stringify([issuer, jwksUrl]);
    let source = this.#shared.get(name);
    if (source === undefined) {
      source = this.#fetched({ issuer, jwksUrl });
      const [oldest] = this.#shared.keys();
      if (this.#shared.size >= MAX_SHARED && oldest !== undefined) this.#shared.delete(oldest);
      this.#shared.set(name, source);
    }
    return source;
  }

  #fetched(location: KeyLocation): KeySource {
    // workerd and browsers refuse a call of fetch as a method.
    const { now, fetch, log } = this.#host;
    return new FetchedKeys({
      now,
      fetchKeys: () => fetchKeySet(location, fetch),
      onFailure: (error, cluster) => {
        const facts = error instanceof KeyFetchError ? { host: error.host, fault: error.message } : {};
        log.warn("The keys of an issuer are not fetched", { code: "keys-not-fetched", cluster, ...facts, error });
      },
    });
  }
}
