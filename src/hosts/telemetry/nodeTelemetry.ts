import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { GateMetrics } from "../../telemetry/metrics/GateMetrics.ts";
import { otlpTelemetry } from "../../telemetry/otlp/otlpTelemetry.ts";
import type { Telemetry, TelemetryHost } from "../../telemetry/Telemetry.ts";
import { wallClock } from "./wallClock.ts";

/** Makes the telemetry of a Node process. `metrics` are those of the metrics port; undefined where there is none. */
export type NodeTelemetryFactory = (host: TelemetryHost, metrics: GateMetrics | undefined) => Telemetry | undefined;

/**
 * Exports traces of a Node process as OTLP/HTTP, and metrics where the process has no metrics port:
 * `serveProcess(gate, process.env, { telemetry: nodeTelemetry })`. The variables `OTEL_*` configure it; without an endpoint
 * it does nothing.
 */
export const nodeTelemetry: NodeTelemetryFactory = (host, metrics) =>
  otlpTelemetry(
    { ...host, now: wallClock() },
    {
      hasCpuClock: true,
      metrics,
      resource: {
        "host.name": hostname(),
        "process.pid": process.pid,
        "process.runtime.name": "nodejs",
        "process.runtime.version": process.versions.node,
        "service.instance.id": randomUUID(),
      },
    },
  );
