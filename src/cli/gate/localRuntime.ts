import type { Gate } from "../../gate/config/defineGate.ts";
import { GateRuntime } from "../../gate/GateRuntime.ts";
import type { Log } from "../../telemetry/Log.ts";

/** The runtime of a gate that judges reviews in this process. Nobody calls it, so no tier misses what it knows callers by. */
export function localRuntime(gate: Gate, log: Log, now: () => number = Date.now): GateRuntime {
  return new GateRuntime(gate, { now, log, freezeReviews: true, clientCertificate: () => undefined });
}
