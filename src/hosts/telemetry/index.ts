// The entry `postern/telemetry` of the package: web APIs only.
export type { AsyncContext, RequestFacts } from "../../telemetry/context/AsyncContext.ts";
export { tracedFetch } from "../../telemetry/context/tracedFetch.ts";
export type { GateMetrics } from "../../telemetry/metrics/GateMetrics.ts";
export { OtlpConfigError } from "../../telemetry/otlp/OtlpConfigError.ts";
export { type AddressHash, hashAddresses } from "../../telemetry/redact/hashAddresses.ts";
export { redactHeaders } from "../../telemetry/redact/redactHeaders.ts";
export type { Telemetry, TelemetryFactory, TelemetryHost } from "../../telemetry/Telemetry.ts";
export { type OpenTelemetryApi, openTelemetryTracer } from "../../telemetry/trace/openTelemetryTracer.ts";
export type { Attributes, Span, Tracer } from "../../telemetry/trace/Span.ts";
export { workersTelemetry } from "./workersTelemetry.ts";
