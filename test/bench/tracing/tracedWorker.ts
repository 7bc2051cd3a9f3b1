import { createWorker } from "../../../src/hosts/createWorker.ts";
import { workersTelemetry } from "../../../src/hosts/telemetry/workersTelemetry.ts";
import { nodeAsyncContext } from "../../../src/telemetry/context/nodeAsyncContext.ts";
import benchGate from "../gate/benchGate.ts";

/** The gate in a Worker, with the compatibility flag `nodejs_als`. The variables `OTEL_*` turn its traces on. */
export default createWorker(benchGate, { telemetry: workersTelemetry, asyncContext: nodeAsyncContext() });
