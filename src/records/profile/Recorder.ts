import type { Receipt } from "../chain/ChainWriter.ts";
import type { Decision } from "../decision/decisionSchema.ts";

/** Where the decisions of a gate go. Made by the host. */
export interface Recorder {
  /**
   * Takes a decision of a cluster with the profile `latency`. Returns at once and never throws: what there is no room for is
   * dropped and counted. `decide` makes the decision, after the answer.
   */
  later(decide: () => Promise<Decision>): void;
  /**
   * Records a decision of a cluster with the profile `compliance`. Resolves once both stores have it durably. Rejects with
   * {@link RecordError}. Absent where the host has no stores: then such a cluster gets no verdicts.
   */
  now?(decision: Decision): Promise<Receipt>;
}
