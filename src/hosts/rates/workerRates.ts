import type { CallRates } from "../../gate/caller/CallRates.ts";
import { networkOf } from "./networkOf.ts";

/** A rate limiting binding of Workers (`[[ratelimits]]` in wrangler.toml). */
export interface RateLimitBinding {
  limit(call: { readonly key: string }): Promise<{ readonly success: boolean }>;
}

/** The bindings for limits. */
export interface RateLimitEnv {
  /** Calls of each cluster. Default: no limit. */
  readonly POSTERN_CLUSTER_RATE?: RateLimitBinding;
  /** Refused calls of each address. Default: no limit. */
  readonly POSTERN_REFUSED_RATE?: RateLimitBinding;
}

/** A binding does not say when there is a call again. Its period is 10 or 60 seconds. */
const RETRY_SECONDS = 10;
/** A binding counts in the memory of its machine, in less than a millisecond. Each call of a cluster waits for it. */
const ANSWER_MS = 100;
/** Addresses over their limit, and clusters at an address, in one isolate. */
const MAX_OVER = 4_096;

/**
 * Limits by the rate limiting bindings of Workers: approximate, and for each location of Cloudflare on its own. Undefined
 * without a binding. A binding that fails or does not answer within 100 ms limits nothing: a call that cannot be counted is
 * not refused for it.
 */
export function workerRates(
  { POSTERN_CLUSTER_RATE: clusters, POSTERN_REFUSED_RATE: refused }: RateLimitEnv,
  now: () => number,
): CallRates | undefined {
  if (clusters === undefined && refused === undefined) return undefined;
  // A binding can only be asked by taking a call. So the isolate keeps what it said last.
  const over = new Map<string, number>();
  const waitOf = (key: string | undefined): number => {
    const until = key === undefined ? undefined : over.get(key);
    return until === undefined ? 0 : Math.max(0, Math.ceil((until - now()) / 1_000));
  };
  return {
    takeCluster: async (cluster) => ((await isWithin(clusters, cluster)) ? 0 : RETRY_SECONDS),
    takeRefused: async (request, scope) => {
      const key = keyOf(request, scope);
      const seconds = waitOf(key);
      if (key === undefined || seconds > 0 || (await isWithin(refused, key))) return seconds;
      over.delete(key);
      over.set(key, now() + RETRY_SECONDS * 1_000);
      const [oldest] = over.keys();
      if (over.size > MAX_OVER && oldest !== undefined) over.delete(oldest);
      return RETRY_SECONDS;
    },
    waitOf: (request, scope) => waitOf(keyOf(request, scope)),
  };
}

/** The address of a request, with its scope. Cloudflare sets the header, whatever the caller sends. */
function keyOf({ headers }: Request, scope: string | undefined): string | undefined {
  const address = headers.get("cf-connecting-ip");
  if (address === null) return undefined;
  return scope === undefined ? networkOf(address) : `${networkOf(address)} ${scope}`;
}

async function isWithin(binding: RateLimitBinding | undefined, key: string): Promise<boolean> {
  if (binding === undefined) return true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<{ readonly success: boolean }>((resolve) => {
    timer = setTimeout(() => resolve({ success: true }), ANSWER_MS);
  });
  try {
    return (await Promise.race([binding.limit({ key }), late])).success;
  } catch {
    return true;
  } finally {
    clearTimeout(timer);
  }
}
