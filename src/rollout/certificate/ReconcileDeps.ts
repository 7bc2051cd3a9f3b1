import type { CertificateView } from "../CertificateView.ts";
import type { ProbePod } from "../probe/probeServing.ts";
import type { RolloutCluster } from "../RolloutCluster.ts";
import type { RolloutObserver } from "../report/RolloutObserver.ts";
import type { WorkloadRef } from "../workload/WorkloadRef.ts";

/** Dependencies of a reconciliation. */
export interface ReconcileDeps {
  readonly cluster: RolloutCluster;
  readonly probe: ProbePod;
  /**
   * Finds the rivals of a Certificate: for a workload that an older Certificate names as well, the result is that
   * Certificate's name.
   */
  readonly rivals: (certificate: CertificateView) => (ref: WorkloadRef) => string | undefined;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  readonly observer: RolloutObserver;
}
