import type { EndpointView } from "../../trust/probe/EndpointView.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";

/** What became of a bundle and a URL in a canary registration. */
export interface CanaryTest {
  /** See `trustHash`. */
  readonly bundleHash: string;
  readonly base: string;
  /** When it was over. In milliseconds since 1970. */
  readonly at: number;
  /**
   * `passed`: a signed self-test came through it. `failed`: the API server tried, and could not. `unknown`: it was not
   * asked, as for a 429 or a lost connection, and nothing follows from it.
   */
  readonly result: "passed" | "failed" | "unknown";
  readonly message: string;
  /** Whether it came through from at least one API server. */
  readonly isReached?: boolean;
  /** For how long until its end every API server said that it cannot call the gate, each time. In milliseconds. */
  readonly cutOffFor?: number;
  /** How long that had to be so before the test ended; undefined for a test that asked something else. */
  readonly patience?: number;
}

/** All that the next step follows from. */
export interface Observation {
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly targets: readonly SyncTarget[];
  /** One for each base that a target has, is to have, or had in its snapshot. */
  readonly endpoints: readonly EndpointView[];
  /** How far the API server's clock is ahead of this one. In milliseconds; none where that is not known. */
  readonly skew?: number;
  /** The last one of webhooks in this run. */
  readonly canaryTest: CanaryTest | undefined;
  /** The last one of conversions in this run. */
  readonly conversionTest?: CanaryTest | undefined;
  /** Those of this run that were about whether the gate can be called at all, in order. */
  readonly glassTests?: readonly CanaryTest[];
  /** Targets that are left alone for this run, by `targetName`, and why: somebody changed them in between. */
  readonly left: ReadonlyMap<string, string>;
}
