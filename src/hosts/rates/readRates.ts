import { GateConfigError } from "../../gate/config/GateConfigError.ts";
import type { BucketRate } from "./TokenBuckets.ts";

/** Variables of limits. An empty one counts as not set. */
export interface RateEnv {
  /** Calls a second of each cluster. Twice as many may come at one time. Default 500. */
  readonly POSTERN_CLUSTER_RATE?: string | undefined;
  /** Refused calls a second of each address. Ten times as many may come at one time. Default 10. */
  readonly POSTERN_REFUSED_RATE?: string | undefined;
}

/** A half of what one core judges, so that one cluster leaves the other half to the others. */
const CLUSTER_RATE = 500;
const CLUSTER_BURST = 2;
/** A registration with a stale token makes as many refused calls as its cluster has writes. */
const REFUSED_RATE = 10;
const REFUSED_BURST = 10;

/** Reads the variables. Throws {@link GateConfigError}. */
export function readRates(env: RateEnv): { readonly cluster: BucketRate; readonly refused: BucketRate } {
  const cluster = readRate("POSTERN_CLUSTER_RATE", env.POSTERN_CLUSTER_RATE) ?? CLUSTER_RATE;
  const refused = readRate("POSTERN_REFUSED_RATE", env.POSTERN_REFUSED_RATE) ?? REFUSED_RATE;
  return {
    cluster: { perSecond: cluster, burst: CLUSTER_BURST * cluster },
    refused: { perSecond: refused, burst: REFUSED_BURST * refused },
  };
}

function readRate(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const rate = Number(text);
  if (!/^\d{1,6}$/.test(text) || rate < 1)
    throw new GateConfigError(name, "is not a number of calls a second; expected 1 to 999999");
  return rate;
}
