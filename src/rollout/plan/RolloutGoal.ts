import type { RolloutSettings } from "../RolloutSettings.ts";

/** What the workloads of a Certificate are to serve. */
export interface RolloutGoal {
  readonly namespace: string;
  /** Of the Certificate. */
  readonly certificate: string;
  readonly revision: number;
  /** Of the leaf, in lower-case hex without leading zeros; "" while it is not known, and nothing can be begun. */
  readonly serial: string;
  /** Whether it is issued and valid: nothing is begun for one that is not. */
  readonly isReady: boolean;
  readonly settings: RolloutSettings;
}
