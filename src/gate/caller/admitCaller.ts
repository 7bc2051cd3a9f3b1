import type { GateClusterSettings } from "../config/GateClusterSettings.ts";
import type { GateDependencies } from "../GateDependencies.ts";
import { GateError } from "../GateError.ts";
import type { CallRates } from "./CallRates.ts";
import { type CallerResult, type CallerTiers, type CallToIdentify, identifyCaller } from "./identifyCaller.ts";
import { tooManyCalls } from "./tooManyCalls.ts";

/** What decides whether a call goes on. */
export interface Admission extends CallerTiers {
  readonly deps: CallerTiers["deps"] & Pick<GateDependencies, "rates" | "identified">;
}

/**
 * Identifies the caller of a call and takes one call of its cluster, before the body is read:
 *
 * | the address has made too many refused calls | the caller is identified | the result |
 * |---|---|---|
 * | no | yes | its identity, or `too-many-calls` of its cluster |
 * | no | no | `unauthenticated`, and one refused call is taken |
 * | yes | by what was verified before | its identity, or `too-many-calls` of its cluster |
 * | yes | not so | `too-many-calls` |
 *
 * So strangers behind an address cost little, and a cluster behind the same address keeps its verdicts. Only a credential that
 * it did not have before waits until they pause. Synchronous where there are no rates and no tier waits.
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
  const waitSeconds = await rates.waitOf(call.request);
  const result = await identifyCaller(admission, call, settings, waitSeconds > 0);
  if (!(result instanceof GateError)) {
    const clusterSeconds = settings === undefined ? 0 : await rates.takeCluster(settings.cluster);
    return clusterSeconds > 0 ? tooManyCalls("cluster", clusterSeconds) : result;
  }
  if (result.code !== "unauthenticated") return result;
  if (waitSeconds > 0) return tooManyCalls("address", waitSeconds);
  await rates.takeRefused(call.request);
  return result;
}
