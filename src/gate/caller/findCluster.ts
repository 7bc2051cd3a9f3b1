import { type Deadline, deadlinePassed } from "../../policy/run/Deadline.ts";
import type { GateClusterSettings } from "../config/GateClusterSettings.ts";
import { GateError } from "../GateError.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import { RefusedCalls } from "./RefusedCalls.ts";
import { tooManyCalls } from "./tooManyCalls.ts";

/** The part of a call that finds its cluster. */
export interface CallToFind {
  readonly request: Request;
  readonly cluster: string;
  readonly token?: string | undefined;
  readonly deadline: Deadline;
}

/** The settings of a cluster; undefined where the gate has none of that name. */
type Found = GateClusterSettings | undefined;

/**
 * Finds the settings of the cluster of a call. A name that the lookup has to be asked for may be made up:
 *
 * | the call | the result |
 * |---|---|
 * | its address has made too many refused calls | `too-many-calls`, and the lookup is not asked |
 * | the lookup fails, and it has nothing that could be a credential | `unauthenticated`, as for a cluster whose settings are cached |
 * | the lookup fails | rejects with `cluster-lookup-failed` or `overloaded` |
 *
 * Synchronous for a table, and for settings that are cached.
 */
export function findCluster(runtime: GateRuntime, call: CallToFind): Found | Promise<Found | GateError> {
  const { clusters } = runtime;
  if (clusters.hasToAsk(call.cluster)) return lookedUp(runtime, call);
  const found = clusters.find(call.cluster);
  return found instanceof Promise ? inTime(found, call.deadline) : found;
}

async function lookedUp(runtime: GateRuntime, call: CallToFind): Promise<Found | GateError> {
  const { clusters, deps, gate, tiers } = runtime;
  const { rates, isApart = false } = deps;
  const { request, cluster, deadline } = call;
  const seconds = (await rates?.waitOf(request)) ?? 0;
  if (seconds > 0) return tooManyCalls("address", seconds);
  try {
    return await inTime(Promise.resolve(clusters.find(cluster)), deadline);
  } catch (error) {
    // Without tiers each cluster answers every caller, who is to try again. And a call that is judged apart was identified before.
    if (gate.tiers.length === 0 || isApart || (await mayHaveCredential(runtime, call))) throw error;
    const refusal = tiers.refusal("no-credential");
    if (rates === undefined) return refusal;
    return new RefusedCalls(rates).refuse({ request, scope: undefined }, { seconds, isKnownOnly: false }, refusal);
  }
}

async function mayHaveCredential({ deps }: GateRuntime, { request, token }: CallToFind): Promise<boolean> {
  if (token !== undefined || request.headers.has("authorization")) return true;
  return (await deps.clientCertificate?.(request)) !== undefined;
}

async function inTime(lookup: Promise<Found>, deadline: Deadline): Promise<Found> {
  const settings = await Promise.race([lookup, deadline.passed]);
  if (settings !== deadlinePassed) return settings;
  throw new GateError("cluster-lookup-failed", "the lookup of the cluster's settings took too long; try again");
}
