import { refused, type TierResult } from "../Identity.ts";
import type { CapabilityClaims } from "./readCapability.ts";

/** How far the clock of the instance that issued a capability may be ahead. */
const MAX_AHEAD_MS = 30_000;

/** What a cluster says about its capabilities. */
export interface CapabilityRules {
  readonly cluster: string;
  readonly graceMs: number;
  /** `jti` of capabilities that are refused. */
  readonly denied: ReadonlySet<string>;
  readonly notBeforeMs: number | undefined;
}

/**
 * Whether a cluster accepts a capability whose signature is right. The first line that applies decides:
 *
 * | the capability | result |
 * |---|---|
 * | names another cluster | `wrong-cluster` |
 * | has a `jti` that is denied, or was issued before `notBefore` | `denied` |
 * | was issued more than 30 s in the future | `not-yet-valid` |
 * | has not expired | accepted |
 * | has expired less than the grace ago | accepted, with the end of the grace |
 * | has expired before that | `expired` |
 */
export function judgeCapability(
  { cluster, iat, exp, jti }: CapabilityClaims,
  rules: CapabilityRules,
  nowMs: number,
): TierResult {
  if (cluster !== rules.cluster) return refused("wrong-cluster");
  const issuedMs = iat * 1_000;
  const isOld = rules.notBeforeMs !== undefined && issuedMs < rules.notBeforeMs;
  if (isOld || rules.denied.has(jti)) return refused("denied");
  if (issuedMs > nowMs + MAX_AHEAD_MS) return refused("not-yet-valid");
  const expiresMs = exp * 1_000;
  if (nowMs < expiresMs) return { outcome: "accepted", identity: { tier: "capability", subject: jti } };
  const graceEndsMs = expiresMs + rules.graceMs;
  if (nowMs < graceEndsMs) return { outcome: "accepted", identity: { tier: "capability", subject: jti, graceEndsMs } };
  return refused("expired");
}
