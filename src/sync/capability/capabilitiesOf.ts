import { splitBase } from "../../protocol/gateUrl.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";
import { viewOf } from "../target/TargetView.ts";
import { type CapabilityTimes, capabilityTimes } from "./capabilityTimes.ts";

/** A capability in the URLs of registrations. Its times are not verified. */
export interface FoundCapability extends CapabilityTimes {
  readonly token: string;
}

/**
 * The capabilities in the URLs of registrations that are not canaries, the one that was issued last first. A token whose
 * times cannot be read is none.
 */
export function capabilitiesOf(
  targets: readonly SyncTarget[],
  { cluster }: Pick<SyncGoal, "cluster">,
  now: number,
): readonly FoundCapability[] {
  const bases = targets.flatMap((target) => (target.isCanary ? [] : (viewOf(target, { cluster }).bases ?? [])));
  const tokens = new Set(bases.flatMap((base) => splitBase(base).token ?? []));
  return [...tokens]
    .flatMap((token) => {
      const times = capabilityTimes(token, now);
      return times === undefined ? [] : [{ token, ...times }];
    })
    .toSorted((first, second) => second.issuedMs - first.issuedMs);
}
