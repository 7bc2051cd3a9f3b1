import type { CallRates } from "../../gate/caller/CallRates.ts";
import { networkOf } from "./networkOf.ts";
import { type BucketRate, TokenBuckets } from "./TokenBuckets.ts";

/** Options of {@link memoryRates}. */
export interface MemoryRatesOptions {
  /** A clock that no setting of the time moves, in milliseconds. */
  readonly monotonicMs: () => number;
  /** The address of the client of a request, a listed proxy left out. Undefined where it is not known: then it has no limit. */
  readonly addressOf: (request: Request) => string | undefined;
  /** Calls of one cluster. */
  readonly cluster: BucketRate;
  /** Refused calls of one address. */
  readonly refused: BucketRate;
}

/** Clusters of an organisation, with room. A bucket takes about 100 bytes. */
const MAX_CLUSTERS = 8_192;
/** Addresses of refused calls. One that was forgotten begins with a full bucket, which is what the many addresses of a botnet have anyway. */
const MAX_ADDRESSES = 65_536;
/** Clusters at an address. On their own: one address with the names of many clusters must not make the limits of others begin anew. */
const MAX_SCOPES = 65_536;

/** Limits in the memory of one process. Several processes have limits of their own. */
export function memoryRates({ monotonicMs, addressOf, cluster, refused }: MemoryRatesOptions): CallRates {
  const clusters = new TokenBuckets(MAX_CLUSTERS, monotonicMs);
  const addresses = new TokenBuckets(MAX_ADDRESSES, monotonicMs);
  const scopes = new TokenBuckets(MAX_SCOPES, monotonicMs);
  const counted = (what: "owe" | "wait", request: Request, scope: string | undefined): number => {
    const address = addressOf(request);
    if (address === undefined) return 0;
    const network = networkOf(address);
    return scope === undefined ? addresses[what](network, refused) : scopes[what](`${network} ${scope}`, refused);
  };
  return {
    takeCluster: (name) => clusters.take(name, cluster),
    takeRefused: (request, scope) => counted("owe", request, scope),
    waitOf: (request, scope) => counted("wait", request, scope),
  };
}
