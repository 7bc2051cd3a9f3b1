import { ABSENT, type Identity, type RefusalReason, type TierResult } from "./Identity.ts";
import type { ClusterTier, IdentityCall } from "./IdentityTier.ts";

/** Who calls, or why nobody knows. */
export type IdentifyResult =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly reason: RefusalReason };

/**
 * Tries the tiers of a cluster in their order. The first that accepts the call decides:
 *
 * | the tiers | the result |
 * |---|---|
 * | one accepts | its identity |
 * | none accepts, one refused a credential | the reason of the first that refused |
 * | no credential at all | `no-credential` |
 *
 * Synchronous where each tier is.
 */
export function identify(tiers: readonly ClusterTier[], call: IdentityCall): IdentifyResult | Promise<IdentifyResult> {
  return tryFrom(tiers, call, 0, ABSENT);
}

function tryFrom(
  tiers: readonly ClusterTier[],
  call: IdentityCall,
  from: number,
  first: TierResult,
): IdentifyResult | Promise<IdentifyResult> {
  let refusal = first;
  for (let index = from; index < tiers.length; index += 1) {
    const result = tiers[index]?.identify(call) ?? ABSENT;
    if (result instanceof Promise)
      return result.then((settled) =>
        settled.outcome === "accepted"
          ? { ok: true, identity: settled.identity }
          : tryFrom(tiers, call, index + 1, firstRefusal(refusal, settled)),
      );
    if (result.outcome === "accepted") return { ok: true, identity: result.identity };
    refusal = firstRefusal(refusal, result);
  }
  return { ok: false, reason: refusal.outcome === "refused" ? refusal.reason : "no-credential" };
}

function firstRefusal(known: TierResult, next: TierResult): TierResult {
  return known.outcome === "refused" ? known : next;
}
