import { expect, it } from "vitest";
import { inFlightOf } from "../../../src/sync/metrics/inFlightOf.ts";

/** An excerpt of the metrics of kube-apiserver 1.37. */
const METRICS = `# HELP apiserver_admission_webhook_admission_duration_seconds [STABLE] Admission webhook latency histogram in seconds
# TYPE apiserver_admission_webhook_admission_duration_seconds histogram
apiserver_admission_webhook_admission_duration_seconds_bucket{name="a.example.com",operation="CREATE",rejected="false",type="validating",le="0.005"} 7
apiserver_admission_webhook_admission_duration_seconds_sum{name="a.example.com",operation="CREATE",rejected="false",type="validating"} 30.5
apiserver_admission_webhook_admission_duration_seconds_count{name="a.example.com",operation="CREATE",rejected="false",type="validating"} 900
apiserver_admission_webhook_admission_duration_seconds_sum{name="a.example.com",operation="UPDATE",rejected="true",type="validating"} 9.5
apiserver_admission_webhook_admission_duration_seconds_sum{name="b.example.com",operation="CREATE",rejected="false",type="admit"} 10
apiserver_admission_webhook_admission_duration_seconds_sum{name="foreign.example.com",operation="CREATE",rejected="false",type="admit"} 1000
process_start_time_seconds 1.7e+09
`;
const START = 1.7e12;

it.each([
  ["divides the duration of the webhooks' calls by the uptime", METRICS, START + 100_000, 0.5],
  ["is 0 for webhooks that were never called", "process_start_time_seconds 1.7e+09\n", START + 100_000, 0],
  ["is undefined without the start time", METRICS.replace(/^process.*$/m, ""), START + 100_000, undefined],
  ["is undefined for a start in the future", METRICS, START - 1, undefined],
  ["is undefined for another text", "<html>", START, undefined],
])("inFlightOf %s", (_, metrics, now, calls) => {
  expect(inFlightOf(metrics, new Set(["a.example.com", "b.example.com"]), now)).toBe(calls);
});
