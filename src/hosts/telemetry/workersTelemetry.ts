import { otlpTelemetry } from "../../telemetry/otlp/otlpTelemetry.ts";
import type { TelemetryFactory } from "../../telemetry/Telemetry.ts";

/**
 * Exports traces and metrics of a Worker as OTLP/HTTP, after each answer: `createWorker(gate, { telemetry: workersTelemetry })`.
 * The variables `OTEL_*` of the Worker configure it; without an endpoint it does nothing. The names `cloudflare` and
 * `cloudflare.workers` are those of Cloudflare's own export; OpenTelemetry has no names for them. Durations are not measured:
 * the clock of a Worker stands still during CPU work.
 */
export const workersTelemetry: TelemetryFactory = (host) =>
  otlpTelemetry(host, {
    hasCpuClock: false,
    resource: {
      "cloud.provider": "cloudflare",
      "cloud.platform": "cloudflare.workers",
      "faas.name": host.service,
      // One for each isolate: two that export the same series would look like one that counts wrong.
      "service.instance.id": crypto.randomUUID(),
    },
  });
