import type { Identity } from "../../identity/Identity.ts";
import type { IdentityCall } from "../../identity/IdentityTier.ts";
import { type IdentifyResult, identify } from "../../identity/identify.ts";
import { type Deadline, deadlinePassed } from "../../policy/run/Deadline.ts";
import type { GateClusterSettings } from "../config/GateClusterSettings.ts";
import type { GateDependencies } from "../GateDependencies.ts";
import type { GateError } from "../GateError.ts";
import type { GateTiers } from "./GateTiers.ts";

/** The part of a call that identifies its caller. */
export interface CallToIdentify extends Pick<IdentityCall, "purpose" | "url"> {
  readonly token?: string | undefined;
  readonly request: Request;
  readonly deadline: Deadline;
}

/** What identifies callers. */
export interface CallerTiers {
  readonly tiers: GateTiers;
  readonly deps: Pick<GateDependencies, "clientCertificate" | "hasHost" | "background">;
}

/** Who calls, or the error of a call that is refused. Not thrown: strangers make many calls, and a throw costs a third of a refusal. */
export type CallerResult = Identity | GateError;

/**
 * Identifies the caller of a cluster, before its body is read. `isKnownOnly` accepts only what was verified before, without
 * the cost of a verification. The error is `unauthenticated`, the same for every reason and for a cluster that the gate
 * does not have; `identity-unavailable` when the keys of the issuer cannot be fetched. Never throws or rejects.
 */
export function identifyCaller(
  { tiers, deps }: CallerTiers,
  { request, purpose, url, token, deadline }: CallToIdentify,
  settings: GateClusterSettings | undefined,
  isKnownOnly: boolean,
): CallerResult | Promise<CallerResult> {
  if (settings === undefined) return tiers.refusal("unknown-cluster");
  const call: IdentityCall = {
    purpose,
    url,
    token,
    authorization: request.headers.get("authorization"),
    certificate: () => deps.clientCertificate?.(request),
    isKnownOnly,
    isHostKnown: deps.hasHost?.(request) ?? true,
    background: deps.background === undefined ? undefined : (work) => deps.background?.(request, work),
  };
  const result = identify(tiers.of(settings), call);
  return result instanceof Promise ? inTime(result, deadline, tiers) : identityOf(result, tiers);
}

async function inTime(result: Promise<IdentifyResult>, deadline: Deadline, tiers: GateTiers): Promise<CallerResult> {
  const settled = await Promise.race([result, deadline.passed]);
  return identityOf(settled === deadlinePassed ? { ok: false, reason: "keys-unavailable" } : settled, tiers);
}

function identityOf(result: IdentifyResult, tiers: GateTiers): CallerResult {
  return result.ok ? result.identity : tiers.refusal(result.reason);
}
