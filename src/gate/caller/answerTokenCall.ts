import type { CapabilityRequest, IssuedCapability } from "../../identity/IdentityTier.ts";
import { deadlinePassed } from "../../policy/run/Deadline.ts";
import type { GateClusterSettings } from "../config/GateClusterSettings.ts";
import { GateError, gateError } from "../GateError.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import { type CallToFind, findCluster } from "./findCluster.ts";
import { RefusedCalls } from "./RefusedCalls.ts";
import { tooManyCalls } from "./tooManyCalls.ts";

/** A call of `POST /token/CLUSTER`. */
export interface TokenCallFacts extends CallToFind {
  /** As it was called: `https://HOST[/BASE]/token/CLUSTER`. */
  readonly url: string;
  /** Whether the gate has a cluster of that name. False until it is found. */
  isEnrolled: boolean;
}

/**
 * Issues a capability to the sync of a cluster, which proves with a ServiceAccount token that it is one. The body of the
 * call is not read. Throws {@link GateError} `unauthenticated`, the same for each reason and for a cluster that the gate does
 * not have or that takes no capabilities; `identity-unavailable` when the keys of the cluster cannot be fetched;
 * `too-many-calls`, and the errors of the lookup of the cluster.
 *
 * Its refused calls are counted apart from those of reviews, see {@link RefusedCalls}: a cluster with a stale capability has to
 * get a new one.
 */
export async function answerTokenCall(runtime: GateRuntime, call: TokenCallFacts): Promise<Response> {
  try {
    const settings = await findCluster(runtime, call);
    if (settings instanceof GateError) throw settings;
    call.isEnrolled = settings !== undefined;
    const { token, issuedAt, expiresAt, renewAt } = await issuedWithin(runtime, call, settings);
    return Response.json({ token, issuedAt, expiresAt, renewAt }, { headers: { "cache-control": "no-store" } });
  } finally {
    call.deadline.dispose();
  }
}

/** Issues a capability within the limits of the address and the cluster. */
async function issuedWithin(
  runtime: GateRuntime,
  call: TokenCallFacts,
  settings: GateClusterSettings | undefined,
): Promise<IssuedCapability> {
  const { rates } = runtime.deps;
  if (rates === undefined) return issuedCapability(runtime, call, settings);
  const { request, cluster } = call;
  const refused = new RefusedCalls(rates);
  const counted = { request, scope: settings === undefined ? undefined : `${cluster}/token` };
  const room = await refused.roomOf(counted);
  if (room.isKnownOnly) throw tooManyCalls("address", room.seconds);
  const beforeIssue = async (): Promise<void> => {
    const seconds = await rates.takeCluster(cluster);
    if (seconds > 0) throw tooManyCalls("cluster", seconds);
  };
  try {
    return await issuedCapability(runtime, call, settings, beforeIssue);
  } catch (error) {
    const failure = gateError(error);
    const told = isCounted(failure) ? await refused.refuse(counted, room, failure) : failure;
    throw failure.code === "unauthenticated" ? told : failure;
  }
}

/** A token that was stolen must not keep the gate from the calls of other clusters: each of these calls verifies a signature. */
function isCounted({ code }: GateError): boolean {
  return code === "unauthenticated" || code === "too-many-calls";
}

async function issuedCapability(
  { tiers, deps }: GateRuntime,
  { request, url, deadline }: TokenCallFacts,
  settings: GateClusterSettings | undefined,
  beforeIssue?: () => Promise<void>,
): Promise<IssuedCapability> {
  if (settings === undefined) throw tiers.refusal("unknown-cluster");
  if (deps.hasHost?.(request) === false) throw tiers.refusal("wrong-audience");
  const issue = tiers.of(settings).find((tier) => tier.issue !== undefined)?.issue;
  if (issue === undefined) throw tiers.refusal("no-tier");
  const asked: CapabilityRequest = {
    authorization: request.headers.get("authorization"),
    audience: url.slice(0, url.lastIndexOf("/")),
    background: deps.background === undefined ? undefined : (work) => deps.background?.(request, work),
    beforeIssue,
  };
  const issued = await Promise.race([issue(asked), deadline.passed]);
  if (issued === deadlinePassed) throw tiers.refusal("keys-unavailable");
  if (typeof issued === "string") throw tiers.refusal(issued);
  return issued;
}
