import type { Gate } from "../../../gate/config/defineGate.ts";
import { createWorker as createDeployedWorker, type Worker, type WorkerOptions } from "../../../hosts/createWorker.ts";
import { openGate } from "./openGate.ts";

/** In the bundles of `postern dev`, this is `createWorker` of `postern/gate`: the same, for a gate that answers every caller. */
export function createWorker(gate: Gate, options?: WorkerOptions): Worker {
  return createDeployedWorker(openGate(gate), options);
}
