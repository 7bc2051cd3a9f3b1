import type { Log } from "./Log.ts";
import type { GateMetrics } from "./metrics/GateMetrics.ts";
import type { Attributes, Tracer } from "./trace/Span.ts";
import type { SpanData } from "./trace/SpanData.ts";

/** The telemetry of a process. */
export interface Telemetry {
  readonly tracer?: Tracer | undefined;
  readonly metrics?: GateMetrics | undefined;
  /** Exports the spans of another thread; undefined where a thread exports its own. */
  readonly exportSpans?: ((spans: readonly SpanData[]) => void) | undefined;
  /** Whether {@link flush} would send something. */
  readonly isDue: boolean;
  /** Sends what is due; with `isLast` all that is left. Never rejects. */
  flush(isLast?: boolean): Promise<void>;
}

/** What a runtime gives to its telemetry. */
export interface TelemetryHost {
  /** The variables of the deployment. Those of OpenTelemetry begin with `OTEL_`. */
  readonly env: Readonly<Record<string, unknown>>;
  /** The name of the gate: the default of `service.name`. */
  readonly service: string;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly fetch: typeof fetch;
}

/** Makes the telemetry of a process; undefined where nothing is configured. Throws for settings that cannot be used. */
export type TelemetryFactory = (host: TelemetryHost) => Telemetry | undefined;

/** What describes the process, by the names of OpenTelemetry, and what its clock can do. */
export interface RuntimeFacts {
  readonly resource: Attributes;
  readonly hasCpuClock: boolean;
}
