import { splitBase } from "../../protocol/gateUrl.ts";
import { capabilityTimes, renewalTime } from "../capability/capabilityTimes.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import type { Observation } from "./Observation.ts";
import type { Step } from "./Step.ts";

/**
 * Plans to fetch another capability, which the goal then has. The first line that applies decides:
 *
 * | the capability | result |
 * |---|---|
 * | the config has none, or one was asked for in this run | undefined |
 * | no registration has one whose times can be read | renew-capability |
 * | the gate refuses it: a self-test of this run got a 401 | renew-capability |
 * | past half of its life, and the time of this cluster within the next eighth | renew-capability |
 * | otherwise | undefined |
 *
 * The times are not verified. A wrong one leads to a capability that is fetched too early, or to one that the gate refuses.
 */
export function renewCapability(observation: Observation, goal: SyncGoal): Step | undefined {
  const { now, capability } = observation;
  if (goal.capability === undefined || capability?.isAsked === true) return undefined;
  const { token } = goal.capability;
  const times = token === undefined ? undefined : capabilityTimes(token, now);
  if (token === undefined || times === undefined) return renew("the URLs have no capability");
  if (isRefused(token, observation)) return renew("the gate refuses the present one");
  if (now < renewalTime(times, goal)) return undefined;
  return renew(`the present one ends at ${new Date(times.expiresMs).toISOString()}`);
}

function renew(reason: string): Step {
  return { kind: "renew-capability", reason };
}

function isRefused(token: string, { capability, canaryTest, conversionTest }: Observation): boolean {
  if (capability?.isRefused === true) return true;
  return [canaryTest, conversionTest].some((test) => test?.isRefused === true && splitBase(test.base).token === token);
}
