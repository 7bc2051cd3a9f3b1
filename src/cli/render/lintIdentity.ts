import type { GateClusterSettings } from "../../gate/config/GateClusterSettings.ts";
import { Host } from "../../protocol/Host.ts";
import type { Lint } from "../../registration/lint/Lint.ts";
import { tierNames } from "../gate/tierNames.ts";

/** The lint of a cluster for which every caller gets verdicts. `url` is where the gate is served. */
export function lintIdentity(settings: Pick<GateClusterSettings, "cluster" | "identity">, url: string): Lint[] {
  const names = tierNames(settings);
  if (!names.includes("none") || Host.ofUrl(url).isLoopback) return [];
  const message =
    names.length === 1
      ? "is none: whoever reaches the gate gets its verdicts as this cluster"
      : "has the tier none beside others: callers without a credential are accepted all the same";
  return [{ code: "identity-none", severity: "warning", place: `clusters.${settings.cluster}.identity`, message }];
}
