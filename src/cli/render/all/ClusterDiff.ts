import { readGateUrl } from "../../../protocol/gateUrl.ts";
import type { LiveWebhook } from "../../../registration/LiveWebhook.ts";
import type { UncalledPolicy } from "../../../registration/uncalledPolicies.ts";
import type { Incomparable, ObjectDifference } from "../clusterDifferences.ts";

/** How a cluster differs from what was rendered for it. */
export interface ClusterDiff {
  readonly differences: readonly ObjectDifference[];
  readonly incomparable: readonly Incomparable[];
  readonly leftover: readonly string[];
  readonly uncalled: readonly UncalledPolicy[];
  /** Other clusters of the gate whose URLs the registrations have: the context may be that of another cluster. */
  readonly otherClusters: readonly string[];
}

/** The clusters in the URLs of webhooks, without one. */
export function otherClustersIn(webhooks: readonly Pick<LiveWebhook, "url">[], cluster: string): string[] {
  const named = webhooks.flatMap(({ url }) => (url === undefined ? [] : (readGateUrl(url)?.cluster ?? [])));
  return [...new Set(named)].filter((name) => name !== cluster).sort();
}

/** In one word. */
export type DiffResult = "same" | "different" | "incomparable";

/** The result of a comparison. */
export function resultOf({ differences, incomparable, leftover, uncalled }: ClusterDiff): DiffResult {
  if (incomparable.length > 0) return "incomparable";
  return differences.length + leftover.length + uncalled.length === 0 ? "same" : "different";
}
