import { randomUUID } from "node:crypto";
import { otlpTelemetry } from "../../telemetry/otlp/otlpTelemetry.ts";
import type { TelemetryFactory } from "../../telemetry/Telemetry.ts";
import { wallClock } from "./wallClock.ts";

/**
 * Exports traces and metrics of a Lambda function as OTLP/HTTP: `createLambda(gate, process.env, { telemetry: lambdaTelemetry })`.
 * The variables `OTEL_*` configure it; without an endpoint it does nothing. The resource has what OpenTelemetry's conventions
 * for AWS Lambda say, from the variables that Lambda sets.
 */
export const lambdaTelemetry: TelemetryFactory = (host) => {
  const text = (name: string): string | undefined => {
    const value = host.env[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const megabytes = Number(text("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"));
  return otlpTelemetry(
    { ...host, now: wallClock() },
    {
      hasCpuClock: true,
      resource: {
        "cloud.provider": "aws",
        "cloud.platform": "aws_lambda",
        "cloud.region": text("AWS_REGION"),
        "faas.name": text("AWS_LAMBDA_FUNCTION_NAME"),
        "faas.version": text("AWS_LAMBDA_FUNCTION_VERSION"),
        "faas.instance": text("AWS_LAMBDA_LOG_STREAM_NAME"),
        "faas.max_memory": megabytes > 0 ? megabytes * 1024 * 1024 : undefined,
        "service.instance.id": randomUUID(),
      },
    },
  );
};
