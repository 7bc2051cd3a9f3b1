import type { Lease } from "../../kubernetes/Lease.ts";
import { encodeBundle, readableCertificates } from "../../trust/bundle.ts";
import type { CanaryTest } from "../plan/Observation.ts";
import { canaryFor, canaryUrl, purposeOf, type SyncTarget } from "../target/SyncTarget.ts";
import type { SyncCluster } from "./SyncCluster.ts";

/**
 * Brings a canary back to the values in force. After a failed test these are its values before the run. After a passed test
 * it keeps the bundle without its comment, and gets the URL that `postern render` writes. `clusterName`: in the gate.
 */
export async function settleCanary(
  cluster: SyncCluster,
  clusterName: string,
  lease: Pick<Lease, "hold">,
  { before, test: { result, base } }: { readonly before: SyncTarget; readonly test: CanaryTest },
): Promise<void> {
  try {
    // A run that lost its Lease leaves the canary to the new holder.
    await lease.hold();
    const purpose = purposeOf(before);
    const canary = canaryFor(await cluster.targets(), purpose);
    if (canary === undefined) return;
    const url = canaryUrl(purpose, base, clusterName);
    const settled = canary.hooks.map(({ name, bundle }) => ({
      name,
      url,
      bundle: encodeBundle(readableCertificates(bundle)),
    }));
    await cluster.write({ target: canary, hooks: result === "passed" ? settled : before.hooks, state: {} });
  } catch {
    // Only the next run uses the canary, and it writes it again.
  }
}
