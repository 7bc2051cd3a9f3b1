import type { TelemetryFactory } from "../../telemetry/Telemetry.ts";
import { RecordingTracer } from "../../telemetry/trace/RecordingTracer.ts";

/** The message of a line with the spans of a call. */
export const TRACE_MESSAGE = "trace";

/** Writes the spans of each call to the log, for `postern dev --trace`. Nothing is exported. */
export const traceLines: TelemetryFactory = ({ log, now }) => ({
  tracer: new RecordingTracer({
    sampler: () => true,
    now,
    exportSpans: (spans) => log.info(TRACE_MESSAGE, { spans }),
  }),
  isDue: false,
  flush: async () => undefined,
});
