import type { RefusalReason } from "../../identity/Identity.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import type { Call } from "./Call.ts";
import { callRoute } from "./telemetry/startCallSpan.ts";

/** Facts that identify a call in the log. */
export interface FailedCall {
  /** `(unknown)` for what names no cluster: it may be anything that a caller wrote. */
  readonly cluster: string;
  /** The route of the call, such as `/c/{cluster}/validate/{entry}`: nothing that the caller wrote. */
  readonly path: string;
  /** The entry that was called. Absent where there is none, or the gate has none of that name. */
  readonly entry?: string;
  /** Absent when the body was not read. */
  readonly uid?: string;
}

/** The facts of a call that failed, with the reason of its refusal. */
export function failedCall(
  runtime: Pick<GateRuntime, "hasEntry">,
  call: Call,
  reason: RefusalReason | undefined,
): FailedCall {
  const { cluster, entry, uid } = call;
  return {
    cluster: reason === "unknown-cluster" ? "(unknown)" : cluster,
    path: callRoute(call),
    ...(entry !== undefined && runtime.hasEntry(entry) ? { entry } : {}),
    ...(uid === undefined ? {} : { uid }),
  };
}
