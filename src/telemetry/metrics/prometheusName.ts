import type { Instrument } from "./Meter.ts";

const UNITS: Readonly<Record<string, string>> = { s: "_seconds", By: "_bytes" };

/** A name of OpenTelemetry in the characters of Prometheus: `k8s.cluster.name` is `k8s_cluster_name`. */
export function prometheusLabel(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, "_");
}

/**
 * The name of an instrument in Prometheus, by the rules of OpenTelemetry ("Prometheus and OpenMetrics Compatibility"): dots
 * become underscores, the unit is a suffix, a unit in braces is none, and a counter ends in `_total`.
 */
export function prometheusName(
  { name, unit }: Pick<Instrument, "name" | "unit">,
  kind: "counter" | "histogram" | "gauge",
): string {
  const plain = `${prometheusLabel(name)}${UNITS[unit] ?? ""}`;
  return kind === "counter" ? `${plain}_total` : plain;
}
