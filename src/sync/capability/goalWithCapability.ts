import type { SyncGoal } from "../goal/SyncConfig.ts";

/** A goal with a capability in its URLs. Unchanged when the config has none. */
export function goalWithCapability(goal: SyncGoal, token: string | undefined): SyncGoal {
  return goal.capability === undefined ? goal : { ...goal, capability: { ...goal.capability, token } };
}
