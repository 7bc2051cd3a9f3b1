import type { GateRuntime } from "../GateRuntime.ts";
import { type Call, loggedCluster, type TokenCall } from "./Call.ts";
import { callRoute } from "./telemetry/startCallSpan.ts";

/** Facts that identify a call in the log. */
export interface FailedCall {
  /** `(unknown)` for what names no cluster of the gate: it may be anything that a caller wrote. */
  readonly cluster: string;
  /** The route of the call, such as `/c/{cluster}/validate/{entry}`: nothing that the caller wrote. */
  readonly path: string;
  /** The entry that was called. Absent where there is none, or the gate has none of that name. */
  readonly entry?: string;
  /** Absent when the body was not read. */
  readonly uid?: string;
}

/** The facts of a call that failed. */
export function failedCall(runtime: Pick<GateRuntime, "hasEntry">, call: Call | TokenCall): FailedCall {
  const { entry, uid } = call;
  return {
    cluster: loggedCluster(call),
    path: callRoute(call),
    ...(entry !== undefined && runtime.hasEntry(entry) ? { entry } : {}),
    ...(uid === undefined ? {} : { uid }),
  };
}
