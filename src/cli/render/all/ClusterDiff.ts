import type { UncalledPolicy } from "../../../registration/uncalledPolicies.ts";
import type { Incomparable, ObjectDifference } from "../clusterDifferences.ts";

/** How a cluster differs from what was rendered for it. */
export interface ClusterDiff {
  readonly differences: readonly ObjectDifference[];
  readonly incomparable: readonly Incomparable[];
  readonly leftover: readonly string[];
  readonly uncalled: readonly UncalledPolicy[];
}

/** In one word. */
export type DiffResult = "same" | "different" | "incomparable";

/** The result of a comparison. */
export function resultOf({ differences, incomparable, leftover, uncalled }: ClusterDiff): DiffResult {
  if (incomparable.length > 0) return "incomparable";
  return differences.length + leftover.length + uncalled.length === 0 ? "same" : "different";
}
