import type { IssuedCapability } from "../../identity/IdentityTier.ts";
import { type Deadline, deadlinePassed } from "../../policy/run/Deadline.ts";
import { gateError } from "../GateError.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import { callDeadline } from "../http/callDeadline.ts";
import { tooManyCalls } from "./tooManyCalls.ts";

/** A call of `POST /token/CLUSTER`. */
export interface TokenCall {
  readonly request: Request;
  readonly cluster: string;
  /** As it was called: `https://HOST[/BASE]/token/CLUSTER`. */
  readonly url: string;
}

/**
 * Issues a capability to the sync of a cluster, which proves with a ServiceAccount token that it is one. The body of the
 * call is not read. Throws {@link GateError} `unauthenticated`, the same for each reason and for a cluster that the gate does
 * not have or that takes no capabilities; `identity-unavailable` when the keys of the cluster cannot be fetched;
 * `too-many-calls`, and the errors of the lookup of the cluster.
 */
export async function answerTokenCall(runtime: GateRuntime, call: TokenCall): Promise<Response> {
  const { rates, now } = runtime.deps;
  const { request, cluster } = call;
  const waitSeconds = (await rates?.waitOf(request)) ?? 0;
  if (waitSeconds > 0) throw tooManyCalls("address", waitSeconds);
  const deadline = callDeadline("", now);
  try {
    const { token, issuedAt, expiresAt, renewAt } = await issuedCapability(runtime, call, deadline);
    const clusterSeconds = (await rates?.takeCluster(cluster)) ?? 0;
    if (clusterSeconds > 0) {
      // Each of these calls signs. A token that was stolen must not keep the gate from the calls of other clusters.
      await rates?.takeRefused(request);
      throw tooManyCalls("cluster", clusterSeconds);
    }
    return Response.json({ token, issuedAt, expiresAt, renewAt }, { headers: { "cache-control": "no-store" } });
  } catch (error) {
    if (gateError(error).code === "unauthenticated") await rates?.takeRefused(request);
    throw error;
  } finally {
    deadline.dispose();
  }
}

async function issuedCapability(
  { tiers, clusters, deps }: GateRuntime,
  { request, cluster, url }: TokenCall,
  deadline: Deadline,
): Promise<IssuedCapability> {
  const settings = await Promise.race([clusters.find(cluster), deadline.passed]);
  if (settings === undefined) throw tiers.refusal("unknown-cluster");
  if (settings === deadlinePassed) throw tiers.refusal("keys-unavailable");
  if (deps.hasHost?.(request) === false) throw tiers.refusal("wrong-audience");
  const issue = tiers.of(settings).find((tier) => tier.issue !== undefined)?.issue;
  if (issue === undefined) throw tiers.refusal("no-tier");
  const audience = url.slice(0, url.lastIndexOf("/"));
  const issued = await Promise.race([
    issue({ authorization: request.headers.get("authorization"), audience }),
    deadline.passed,
  ]);
  if (issued === deadlinePassed) throw tiers.refusal("keys-unavailable");
  if (typeof issued === "string") throw tiers.refusal(issued);
  return issued;
}
