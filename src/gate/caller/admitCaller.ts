import type { GateClusterSettings } from "../config/GateClusterSettings.ts";
import type { GateDependencies } from "../GateDependencies.ts";
import { GateError } from "../GateError.ts";
import type { CallRates } from "./CallRates.ts";
import { type CallerResult, type CallerTiers, type CallToIdentify, identifyCaller } from "./identifyCaller.ts";
import { RefusedCalls } from "./RefusedCalls.ts";
import { tooManyCalls } from "./tooManyCalls.ts";

/** What decides whether a call goes on. */
export interface Admission extends CallerTiers {
  readonly deps: CallerTiers["deps"] & Pick<GateDependencies, "rates" | "identified">;
}

/**
 * Identifies the caller of a call and takes one call of its cluster, before the body is read:
 *
 * | the caller | the result |
 * |---|---|
 * | is identified | its identity, or `too-many-calls` of its cluster |
 * | is not, and its address has made few refused calls | `unauthenticated`, and one refused call is taken |
 * | is not, and its address has made too many | `too-many-calls` |
 *
 * When the refused calls of its cluster at its address are too many as well, it is identified only by what was verified before:
 * see {@link RefusedCalls}. So strangers behind an address cost little, and clusters behind it keep their verdicts.
 * Synchronous where there are no rates and no tier waits.
 */
export function admitCaller(
  admission: Admission,
  call: CallToIdentify,
  settings: GateClusterSettings | undefined,
): CallerResult | Promise<CallerResult> {
  const { rates, identified } = admission.deps;
  const known = identified?.(call.request);
  if (known !== undefined) return known;
  return rates === undefined
    ? identifyCaller(admission, call, settings, false)
    : admitWithin(rates, admission, call, settings);
}

async function admitWithin(
  rates: CallRates,
  admission: Admission,
  call: CallToIdentify,
  settings: GateClusterSettings | undefined,
): Promise<CallerResult> {
  const refused = new RefusedCalls(rates);
  const counted = { request: call.request, scope: settings?.cluster };
  const room = await refused.roomOf(counted);
  const result = await identifyCaller(admission, call, settings, room.isKnownOnly);
  if (!(result instanceof GateError)) {
    const clusterSeconds = settings === undefined ? 0 : await rates.takeCluster(settings.cluster);
    return clusterSeconds > 0 ? tooManyCalls("cluster", clusterSeconds) : result;
  }
  return result.code === "unauthenticated" ? refused.refuse(counted, room, result) : result;
}
