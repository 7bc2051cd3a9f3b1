import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import type { Meter } from "../../../src/telemetry/metrics/Meter.ts";
import { MeteredGate } from "../../../src/telemetry/metrics/MeteredGate.ts";
import { prometheusMeter } from "../../../src/telemetry/metrics/prometheusMeter.ts";
import { SeriesMeter } from "../../../src/telemetry/metrics/SeriesMeter.ts";

const REVIEW = { purpose: "validate", entry: undefined, verdict: "allowed" } as const;

/** Measures one of each. */
function measureAll(metrics: MeteredGate): void {
  metrics.review({ ...REVIEW, cluster: "local" });
  metrics.policy({ policy: "p", mode: "enforce", result: "missed-deadline" });
  metrics.policyDuration("p", 2);
  metrics.request({ method: "POST", route: "/c/{cluster}/validate", status: 200, durationMs: 30 });
  metrics.error("overloaded");
  metrics.dropped("spans", 3);
  metrics.queue("calls", () => 7);
  metrics.recordQueue(() => 8);
  metrics.recordCommitted(4);
  metrics.recordsDropped(5);
  metrics.recordError("store-unavailable");
}

describe("MeteredGate", () => {
  it("has the names of OpenTelemetry in Prometheus's form", async () => {
    const registry = new Registry();
    measureAll(new MeteredGate(prometheusMeter(registry)));
    const text = await registry.metrics();
    expect(text.split("\n").filter((line) => /^[a-z]/.test(line) && !/_bucket|_sum/.test(line))).toEqual([
      'postern_reviews_total{k8s_cluster_name="local",postern_purpose="validate",postern_entry="",postern_verdict="allowed"} 1',
      'postern_policy_results_total{postern_policy="p",postern_mode="enforce",postern_result="missed-deadline"} 1',
      'postern_policy_deadline_misses_total{postern_policy="p"} 1',
      'postern_errors_total{error_type="overloaded"} 1',
      'postern_telemetry_dropped_total{postern_signal="spans"} 3',
      "postern_records_dropped_total 5",
      'postern_records_errors_total{error_type="store-unavailable"} 1',
      'http_server_request_duration_seconds_count{http_request_method="POST",http_route="/c/{cluster}/validate",http_response_status_code="200",url_scheme="https"} 1',
      'postern_policy_duration_seconds_count{postern_policy="p"} 1',
      "postern_records_commit_duration_seconds_count 1",
      'postern_queue_size{postern_queue="calls"} 7',
      "postern_records_queue_size 8",
    ]);
  });

  it("has the same metrics in OTLP's form", () => {
    const meter = new SeriesMeter();
    measureAll(new MeteredGate(meter));
    expect(
      meter
        .collect()
        .map(({ instrument }) => instrument.name)
        .sort(),
    ).toEqual([
      "http.server.request.duration",
      "postern.errors",
      "postern.policy.deadline.misses",
      "postern.policy.duration",
      "postern.policy.results",
      "postern.queue.size",
      "postern.records.commit.duration",
      "postern.records.dropped",
      "postern.records.errors",
      "postern.records.queue.size",
      "postern.reviews",
      "postern.telemetry.dropped",
    ]);
  });

  it("measures no duration where the clock stands still, except of a store", () => {
    const meter = new SeriesMeter();
    measureAll(new MeteredGate(meter, { hasCpuClock: false }));
    const histograms = meter.collect().filter(({ kind }) => kind === "histogram");
    expect(histograms.map(({ instrument }) => instrument.name)).toEqual(["postern.records.commit.duration"]);
  });

  it("has 201 values of the cluster for 3,000 clusters, and counts every review", async () => {
    const meter = new SeriesMeter();
    const registry = new Registry();
    for (const one of [meter, prometheusMeter(registry)] satisfies Meter[]) {
      const metrics = new MeteredGate(one);
      for (let round = 0; round < 2; round += 1)
        for (let index = 0; index < 3_000; index += 1) metrics.review({ ...REVIEW, cluster: `cluster-${index}` });
    }
    const [reviews] = meter.collect();
    const points = reviews?.kind === "sum" ? reviews.points : [];
    expect(points).toHaveLength(201);
    expect(points.find(({ labels }) => labels["k8s.cluster.name"] === "other")?.value).toBe(5_600);
    expect(points.reduce((sum, { value }) => sum + value, 0)).toBe(6_000);
    const text = await registry.metrics();
    expect(text.match(/^postern_reviews_total\{/gm)).toHaveLength(201);
  });

  it("keeps all other metrics, and the sum, when the labels of reviews are more than a meter keeps", () => {
    const meter = new SeriesMeter();
    const metrics = new MeteredGate(meter, { maxClusters: 3_000 });
    for (let index = 0; index < 3_000; index += 1)
      for (const entry of ["a", "b", "c", "d"]) metrics.review({ ...REVIEW, cluster: `cluster-${index}`, entry });
    metrics.error("internal");
    const [reviews, errors] = meter.collect();
    const points = reviews?.kind === "sum" ? reviews.points : [];
    expect(points).toHaveLength(10_000);
    expect(points.reduce((sum, { value }) => sum + value, 0)).toBe(12_000);
    expect(points.at(-1)).toEqual({
      labels: {
        "k8s.cluster.name": "other",
        "postern.purpose": "other",
        "postern.entry": "other",
        "postern.verdict": "other",
      },
      value: 2_001,
    });
    expect(errors?.points).toEqual([{ labels: { "error.type": "internal" }, value: 1 }]);
  });

  it("begins a series with 0, so that Prometheus sees the increase at the first event", async () => {
    const registry = new Registry();
    const metrics = new MeteredGate(prometheusMeter(registry));
    metrics.recordsDropped(0);
    metrics.recordError("store-conflict", 0);
    metrics.policy({ policy: "p", mode: "warn", result: "failed" }, 0);
    const text = await registry.metrics();
    expect(text.match(/^postern.* 0$/gm)).toEqual([
      'postern_policy_results_total{postern_policy="p",postern_mode="warn",postern_result="failed"} 0',
      "postern_records_dropped_total 0",
      'postern_records_errors_total{error_type="store-conflict"} 0',
    ]);
  });

  it.each([
    [
      "entries that callers invent",
      (metrics: MeteredGate, name: string) => metrics.review({ ...REVIEW, cluster: "a", entry: name }),
      51,
    ],
    ["policies", (metrics: MeteredGate, name: string) => metrics.policyDuration(name, 1), 301],
    [
      "HTTP methods",
      (metrics: MeteredGate, name: string) => metrics.request({ method: name, route: "/", status: 1, durationMs: 1 }),
      1,
    ],
  ])("bounds the number of %s", (_, measure, series) => {
    const meter = new SeriesMeter();
    const metrics = new MeteredGate(meter);
    for (let index = 0; index < 1_000; index += 1) measure(metrics, `name-${index}`);
    expect(meter.collect().map(({ points }) => points.length)).toEqual([series]);
  });
});
