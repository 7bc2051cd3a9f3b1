import type { CallHttp } from "../../http/callHttp.ts";
import type { EndpointView } from "../../trust/EndpointView.ts";

/** Dependencies of a call to a provider. */
export interface ProviderDeps {
  readonly call: CallHttp;
  /** Time limit of each call. */
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a file by its path in the config. Not for secrets. */
  readonly readFile: (path: string) => Promise<string>;
  /** Reads a token file by its path in the config. See `readTokenFile`. */
  readonly readToken: (path: string) => Promise<string>;
  /** The secrets that were read, to be left out of every text. */
  readonly secrets?: Set<string>;
  /** Probes an endpoint. Never rejects. */
  readonly view: (base: string) => Promise<EndpointView>;
}
