export type { Log } from "../telemetry/Log.ts";
export { createGate } from "./createGate.ts";
export { createWorker, type WorkerEnv } from "./createWorker.ts";
export { defineGate, type Gate, type GateDefinition } from "./defineGate.ts";
export type { GateDependencies, GateLimits, JudgedReview } from "./GateDependencies.ts";
export { GateError, type GateErrorCode } from "./GateError.ts";
