import { splitBase } from "../../protocol/gateUrl.ts";
import { capabilitiesOf } from "../capability/capabilitiesOf.ts";
import { goalWithCapability } from "../capability/goalWithCapability.ts";
import type { SyncConfig, SyncGoal } from "../goal/SyncConfig.ts";
import type { CapabilityUse } from "../plan/Observation.ts";
import { canaryFor, type SyncTarget } from "../target/SyncTarget.ts";
import { viewOf } from "../target/TargetView.ts";
import type { SyncCluster } from "./SyncCluster.ts";

/** Dependencies of {@link goalAtStart}. */
export interface GoalDeps {
  readonly config: SyncConfig;
  readonly cluster: SyncCluster;
  readonly now: () => number;
  /** See `SyncDeps.resolveGoal`. */
  readonly resolveGoal?: (targets: readonly SyncTarget[]) => Promise<SyncGoal>;
}

/**
 * The goal of a run: that of the config, with what comes next, and with the capability in force that was issued last. When the
 * canary has that capability, a self-test shows whether the gate refuses it: nothing else of a run in step would.
 */
export async function goalAtStart({
  cluster,
  config,
  resolveGoal,
  now,
}: GoalDeps): Promise<{ readonly goal: SyncGoal; readonly capability: CapabilityUse | undefined }> {
  if (resolveGoal === undefined && config.goal.capability === undefined)
    return { goal: config.goal, capability: undefined };
  const targets = await cluster.targets();
  const goal = (await resolveGoal?.(targets)) ?? config.goal;
  if (goal.capability === undefined) return { goal, capability: undefined };
  const token = capabilitiesOf(targets, goal, now())[0]?.token;
  const canary = canaryFor(targets, "webhooks");
  const bases = canary === undefined ? [] : (viewOf(canary, goal).bases ?? []);
  const isInCanary = token !== undefined && bases.some((base) => splitBase(base).token === token);
  const isRefused = isInCanary && (await cluster.refusesCapability());
  return { goal: goalWithCapability(goal, token), capability: { isAsked: false, isRefused } };
}
