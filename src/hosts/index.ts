export { defineGate, type Gate, type GateDefinition } from "../gate/config/defineGate.ts";
export { createGate } from "../gate/createGate.ts";
export type { GateDependencies, JudgedReview } from "../gate/GateDependencies.ts";
export { GateError, type GateErrorCode } from "../gate/GateError.ts";
export type { GateLimits } from "../gate/GateLimits.ts";
export type { ReadChunks } from "../gate/http/readChunks.ts";
export type { Log } from "../telemetry/Log.ts";
export { createWorker, type WorkerEnv } from "./createWorker.ts";
