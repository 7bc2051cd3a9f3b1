import type { EndpointView } from "../../trust/EndpointView.ts";
import type { Finding } from "../Finding.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";

/** The result of a self-test through a canary registration with one bundle and URL. */
export interface CanaryTest {
  /** See `trustHash`. */
  readonly bundleHash: string;
  readonly base: string;
  /** End of the test. In milliseconds since 1970. */
  readonly at: number;
  /**
   * `passed`: a signed self-test came back. `failed`: the API server called the gate without success. `unknown`: the API
   * server was not asked, for example because of a 429 or a lost connection. An unknown result decides nothing.
   */
  readonly result: "passed" | "failed" | "unknown";
  readonly message: string;
  /** Whether the gate answered 401 to the last call: it does not know who calls. */
  readonly isRefused?: boolean;
  /** Whether at least one API server reached the gate. */
  readonly isReached?: boolean;
  /** How long, until the end of the test, every API server reported each time that it cannot call the gate. */
  readonly cutOffForMs?: number;
  /** The value of `cutOffForMs` that ended the test. Undefined for a test of another kind. */
  readonly cutOffLimitMs?: number;
}

/** The capability in a run. */
export interface CapabilityUse {
  /** Whether the gate was asked for another one in this run, with or without success. */
  readonly isAsked: boolean;
  /** Whether the gate refused the one in force in a self-test at the start of the run. */
  readonly isRefused: boolean;
}

/** The input of the planner. */
export interface Observation {
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly targets: readonly SyncTarget[];
  /** One for each base URL that a target has, is to have, or had in its snapshot. */
  readonly endpoints: readonly EndpointView[];
  /** How far the API server's clock is ahead of this one. Undefined when it is not known. */
  readonly skewMs?: number;
  /** The last test for webhooks in this run. */
  readonly canaryTest: CanaryTest | undefined;
  /** The last test for conversions in this run. */
  readonly conversionTest?: CanaryTest | undefined;
  /** What this run knows of the capability in force. Undefined when the config has none. */
  readonly capability?: CapabilityUse | undefined;
  /** The tests of this run that asked whether the gate can be called at all, oldest first. */
  readonly reachabilityTests?: readonly CanaryTest[];
  /** What was written by others and seen earlier in this run (`foreignWrites`). Reported at its end. */
  readonly seen?: readonly Finding[];
  /** Targets that another client changed during this run, by `targetName`, with the message. The run skips them. */
  readonly conflicts: ReadonlyMap<string, string>;
}
