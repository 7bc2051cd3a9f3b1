import type { PodView, ProbeResult } from "../workload/PodView.ts";

/**
 * Probes of one workload at a time. Handshakes with 1,500 Pods at once take 170 MB and so long that they time out. All
 * reconciliations together make at most 16 times as many, which take 50 MB.
 */
const CONCURRENCY = 32;
/**
 * After so many Pods that fail, no other Pod is asked: the workload does not serve the certificate, whatever the others do.
 * A Pod that does not answer takes 3 s, and a workload can have thousands.
 */
const MAX_FAILURES = 64;

/** Probes Pods, in their order, until all were asked or many have failed. A Pod without a result was not asked. Never rejects. */
export async function probePods(
  pods: readonly PodView[],
  probe: (pod: PodView) => Promise<ProbeResult>,
): Promise<ReadonlyMap<PodView, ProbeResult>> {
  const results = new Map<PodView, ProbeResult>();
  const queue = pods.values();
  let failures = 0;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const pod of queue) {
        const result = await probe(pod);
        results.set(pod, result);
        if (!result.ok) failures += 1;
        if (failures >= MAX_FAILURES) return;
      }
    }),
  );
  return results;
}
