import { describe, expect, it } from "vitest";
import { OtlpConfigError } from "../../../src/telemetry/otlp/OtlpConfigError.ts";
import { readOtlpEnv } from "../../../src/telemetry/otlp/readOtlpEnv.ts";

const ENDPOINT = "https://collector.example:4318";
const OF_ENDPOINT = { tracesUrl: `${ENDPOINT}/v1/traces`, metricsUrl: `${ENDPOINT}/v1/metrics` };
const DEFAULTS = { headers: {}, timeoutMs: 10_000, ratio: 0.01, service: undefined, resource: {} };

describe("readOtlpEnv", () => {
  it.each<[string, Readonly<Record<string, string>>, object | undefined]>([
    ["nothing", {}, undefined],
    ["an empty endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: "" }, undefined],
    ["an endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT }, { ...DEFAULTS, ...OF_ENDPOINT }],
    ["an endpoint with a slash", { OTEL_EXPORTER_OTLP_ENDPOINT: `${ENDPOINT}/` }, { ...DEFAULTS, ...OF_ENDPOINT }],
    [
      "an endpoint only for traces",
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${ENDPOINT}/t` },
      { ...DEFAULTS, tracesUrl: `${ENDPOINT}/t`, metricsUrl: undefined },
    ],
    [
      "no metrics",
      { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_METRICS_EXPORTER: "none" },
      { ...DEFAULTS, ...OF_ENDPOINT, metricsUrl: undefined },
    ],
    ["a switch", { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_SDK_DISABLED: "TRUE" }, undefined],
    [
      "all others",
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT,
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20x,x-team=a=b",
        OTEL_EXPORTER_OTLP_TIMEOUT: "500",
        OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
        OTEL_TRACES_SAMPLER_ARG: "0.5",
        OTEL_RESOURCE_ATTRIBUTES: "service.name=gate, deployment.environment.name=test",
      },
      {
        ...OF_ENDPOINT,
        headers: { authorization: "Bearer x", "x-team": "a=b" },
        timeoutMs: 500,
        ratio: 0.5,
        service: "gate",
        resource: { "service.name": "gate", "deployment.environment.name": "test" },
      },
    ],
    [
      "the sampler of all",
      { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_TRACES_SAMPLER: "always_on" },
      { ...DEFAULTS, ...OF_ENDPOINT, ratio: 1 },
    ],
  ])("reads %s", (_, env, settings) => {
    expect(readOtlpEnv(env)).toEqual(settings);
  });

  it.each<[string, string]>([
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://collector"],
    ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector:4318"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "secret"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "a=%zz"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "authorization=SECRET%0Ax"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "a b=SECRET"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "https://user:SECRET@collector"],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "99999999"],
    ["OTEL_TRACES_SAMPLER_ARG", "2.5"],
    ["OTEL_TRACES_SAMPLER_ARG", "half"],
    ["OTEL_TRACES_SAMPLER", "jaeger_remote"],
  ])("refuses %s=%s, without its value", (name, value) => {
    const read = (): unknown => readOtlpEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, [name]: value });
    expect(read).toThrow(OtlpConfigError);
    expect(read).toThrow(new RegExp(`^${name}: (?!.*${value})`));
  });
});
