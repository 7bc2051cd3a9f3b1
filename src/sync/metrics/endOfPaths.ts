import { splitBase, splitGateUrl } from "../../protocol/gateUrl.ts";
import { Host } from "../../protocol/Host.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import { type EndpointView, servedChains } from "../../trust/EndpointView.ts";
import { assumedAnchors } from "../../trust/verify/assumedAnchors.ts";
import { verifyChain } from "../../trust/verify/verifyChain.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import type { Observation } from "../plan/Observation.ts";

/**
 * When the first of the paths ends that API servers take from what an endpoint serves to the bundles in force, in
 * milliseconds since 1970. Certificates on no path do not count, such as an expired cross-signed root at the end of a chain.
 * A chain without a path counts by its leaf. Undefined when nothing is served.
 */
export function endOfPaths(
  view: EndpointView,
  { targets, now }: Pick<Observation, "targets" | "now">,
  { cluster }: Pick<SyncGoal, "cluster">,
): number | undefined {
  const host = Host.ofUrl(view.base).name;
  const hooks = targets.flatMap((target) => target.hooks);
  const bundles = new Set(hooks.filter(({ url }) => placeOf(url, cluster) === view.base).map(({ bundle }) => bundle));
  const known = [...bundles].map(readableCertificates).filter((roots) => roots.length > 0);
  const ends = servedChains(view).flatMap((served) =>
    (known.length > 0 ? known : [assumedAnchors(served)]).flatMap((anchors) => {
      const verification = verifyChain({ served, anchors, host, now });
      const end = verification.ok ? verification.notAfter : served[0]?.notAfter;
      return end?.getTime() ?? [];
    }),
  );
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** The base URL without a capability, as views have it. */
function placeOf(url: string, cluster: string): string | undefined {
  const base = splitGateUrl(url, cluster)?.base;
  return base === undefined ? undefined : splitBase(base).place;
}
