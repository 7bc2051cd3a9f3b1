import type { Decision } from "../decision/decisionSchema.ts";
import type { Receipt } from "./ChainWriter.ts";

/** Where the decisions of a gate go. Made by the host. */
export interface Recorder {
  /**
   * Takes a decision of a cluster with the profile `latency`. Returns at once and never throws: what there is no room for is
   * dropped and counted. `decide` makes the decision, after the answer, and holds about `bytes` of memory until then.
   */
  later(decide: () => Promise<Decision>, bytes: number): void;
  /**
   * Records a decision of a cluster with the profile `compliance`. Resolves once both stores have it durably. Rejects with
   * {@link RecordError}. Absent where the host has no stores: then such a cluster gets no verdicts.
   */
  now?(decision: Decision): Promise<Receipt>;
}
