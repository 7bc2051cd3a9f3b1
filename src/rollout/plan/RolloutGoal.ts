import type { RolloutSettings } from "../RolloutSettings.ts";

/** A certificate that cert-manager issued for a Certificate. */
export interface IssuedRevision {
  /** The Certificate's revision, from 1. */
  readonly revision: number;
  /** The leaf's serial number, in lower-case hex without leading zeros. */
  readonly serial: string;
}

/** What the workloads of a Certificate are to serve. */
export interface RolloutGoal {
  readonly namespace: string;
  /** The name of the Certificate. */
  readonly certificate: string;
  /** The latest certificate; undefined when none was issued or its serial is not known. */
  readonly issued: IssuedRevision | undefined;
  /** Whether a rollout may begin now. A rollout that is in flight continues in either case. */
  readonly mayBegin: boolean;
  readonly settings: RolloutSettings;
}
