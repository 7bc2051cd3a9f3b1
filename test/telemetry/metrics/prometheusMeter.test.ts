import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { prometheusMeter } from "../../../src/telemetry/metrics/prometheusMeter.ts";

it("prometheusMeter writes a histogram with cumulative buckets, and totals at each scrape", async () => {
  const registry = new Registry();
  const meter = prometheusMeter(registry);
  const instrument = { name: "a.duration", description: "How long.", unit: "s", labels: ["k8s.cluster.name"] };
  const record = meter.histogram({ ...instrument, bounds: [1, 2] });
  const count = meter.counter({ ...instrument, name: "a.count", unit: "{call}" });
  for (const value of [0.5, 1.5, 3]) record(value, { "k8s.cluster.name": 'a"b' });
  count(2, { "k8s.cluster.name": "c" });
  const text = `# HELP a_duration_seconds How long.
# TYPE a_duration_seconds histogram
a_duration_seconds_bucket{le="1",k8s_cluster_name="a\\"b"} 1
a_duration_seconds_bucket{le="2",k8s_cluster_name="a\\"b"} 2
a_duration_seconds_bucket{le="+Inf",k8s_cluster_name="a\\"b"} 3
a_duration_seconds_sum{k8s_cluster_name="a\\"b"} 5
a_duration_seconds_count{k8s_cluster_name="a\\"b"} 3

# HELP a_count_total How long.
# TYPE a_count_total counter
a_count_total{k8s_cluster_name="c"} 2
`;
  expect(await registry.metrics()).toBe(text);
  expect(await registry.metrics()).toBe(text);
});
