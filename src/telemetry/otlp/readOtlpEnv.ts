import type { Attributes } from "../trace/Span.ts";
import { OtlpConfigError } from "./OtlpConfigError.ts";

/** The settings of the exporter. */
export interface OtlpSettings {
  /** Undefined where traces are not exported. */
  readonly tracesUrl: string | undefined;
  /** Undefined where metrics are not exported. */
  readonly metricsUrl: string | undefined;
  /** Headers of each export. They may hold a credential. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** The share of traces that begin here and are sampled, from 0 to 1. */
  readonly ratio: number;
  /** `OTEL_SERVICE_NAME` or `service.name` of the attributes; undefined without them. */
  readonly service: string | undefined;
  readonly resource: Attributes;
}

type Env = Readonly<Record<string, unknown>>;

/** As of OpenTelemetry ("OpenTelemetry Protocol Exporter"). */
const TIMEOUT_MS = 10_000;
const MAX_TIMEOUT_MS = 60_000;
/** One review in a hundred. OpenTelemetry's own default is all. */
const RATIO = 0.01;

/**
 * Reads the variables that OpenTelemetry specifies for every language: `OTEL_EXPORTER_OTLP_ENDPOINT` (and `_TRACES_ENDPOINT`,
 * `_METRICS_ENDPOINT`, `_HEADERS`, `_TIMEOUT`), `OTEL_TRACES_SAMPLER_ARG`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`,
 * `OTEL_TRACES_EXPORTER` and `OTEL_METRICS_EXPORTER` (`none`), and `OTEL_SDK_DISABLED`. Undefined where nothing is to be
 * exported. Throws {@link OtlpConfigError}.
 */
export function readOtlpEnv(env: Env): OtlpSettings | undefined {
  if (textOf(env, "OTEL_SDK_DISABLED")?.toLowerCase() === "true") return undefined;
  const tracesUrl = urlOf(env, "traces");
  const metricsUrl = urlOf(env, "metrics");
  if (tracesUrl === undefined && metricsUrl === undefined) return undefined;
  const resource = pairsOf(env, "OTEL_RESOURCE_ATTRIBUTES");
  return {
    tracesUrl,
    metricsUrl,
    headers: headersOf(env),
    timeoutMs: numberOf(env, "OTEL_EXPORTER_OTLP_TIMEOUT", [1, MAX_TIMEOUT_MS]) ?? TIMEOUT_MS,
    ratio: ratioOf(env),
    service: textOf(env, "OTEL_SERVICE_NAME") ?? resource["service.name"],
    resource,
  };
}

/** An empty variable counts as not set (OpenTelemetry, "Environment Variable Specification"). */
function textOf(env: Env, name: string): string | undefined {
  const value = env[name];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function urlOf(env: Env, signal: "traces" | "metrics"): string | undefined {
  const upper = signal.toUpperCase();
  if (textOf(env, `OTEL_${upper}_EXPORTER`) === "none") return undefined;
  const name = `OTEL_EXPORTER_OTLP_${upper}_ENDPOINT`;
  const own = textOf(env, name);
  if (own !== undefined) return checkedUrl(name, own);
  const base = textOf(env, "OTEL_EXPORTER_OTLP_ENDPOINT");
  if (base === undefined) return undefined;
  return `${checkedUrl("OTEL_EXPORTER_OTLP_ENDPOINT", base).replace(/\/$/, "")}/v1/${signal}`;
}

function checkedUrl(name: string, text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : "";
  if (protocol !== "https:" && protocol !== "http:") throw new OtlpConfigError(name, "is not an http or https URL");
  const { username, password } = new URL(text);
  // No fetch takes such a URL.
  if (username !== "" || password !== "")
    throw new OtlpConfigError(name, "has a user or a password; use OTEL_EXPORTER_OTLP_HEADERS for them");
  return text;
}

function headersOf(env: Env): Readonly<Record<string, string>> {
  const name = "OTEL_EXPORTER_OTLP_HEADERS";
  const headers = pairsOf(env, name);
  try {
    new Headers(headers);
  } catch {
    throw new OtlpConfigError(name, "has a name or a value that no header can have");
  }
  return headers;
}

function ratioOf(env: Env): number {
  switch (textOf(env, "OTEL_TRACES_SAMPLER")) {
    case "always_on":
    case "parentbased_always_on":
      return 1;
    case "always_off":
    case "parentbased_always_off":
      return 0;
    case undefined:
    case "traceidratio":
    case "parentbased_traceidratio":
      return numberOf(env, "OTEL_TRACES_SAMPLER_ARG", [0, 1]) ?? RATIO;
    default:
      throw new OtlpConfigError("OTEL_TRACES_SAMPLER", "is not known; expected parentbased_traceidratio");
  }
}

function numberOf(env: Env, name: string, [least, most]: readonly [number, number]): number | undefined {
  const text = textOf(env, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value >= least && value <= most)) throw new OtlpConfigError(name, `is not a number from ${least} to ${most}`);
  return value;
}

/** `key1=value1,key2=value2` with percent-encoded values, as W3C Baggage has them. */
function pairsOf(env: Env, name: string): Readonly<Record<string, string>> {
  const pairs = (textOf(env, name) ?? "").split(",").filter((pair) => pair.trim() !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new OtlpConfigError(name, "is not a list of name=value");
      try {
        return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
      } catch {
        throw new OtlpConfigError(name, "has a value with a broken percent-encoding");
      }
    }),
  );
}
