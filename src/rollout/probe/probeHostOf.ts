import type { RolloutSettings } from "../RolloutSettings.ts";

/** The name that Pods are asked for: as set, else the Certificate's first. A wildcard stands for one of its names. */
export function probeHostOf({ probeHost }: RolloutSettings, first: string | undefined): string {
  return (probeHost ?? first ?? "localhost").replace(/^\*/, "canary");
}
