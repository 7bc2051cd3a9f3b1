import { expect, it } from "vitest";
import { inFlightOf } from "../../../src/sync/metrics/inFlightOf.ts";

/** As a kube-apiserver 1.37 says it, of which much is left out. */
const METRICS = `# HELP apiserver_admission_webhook_admission_duration_seconds [STABLE] Admission webhook latency histogram in seconds
# TYPE apiserver_admission_webhook_admission_duration_seconds histogram
apiserver_admission_webhook_admission_duration_seconds_bucket{name="a.example.com",operation="CREATE",rejected="false",type="validating",le="0.005"} 7
apiserver_admission_webhook_admission_duration_seconds_sum{name="a.example.com",operation="CREATE",rejected="false",type="validating"} 30.5
apiserver_admission_webhook_admission_duration_seconds_count{name="a.example.com",operation="CREATE",rejected="false",type="validating"} 900
apiserver_admission_webhook_admission_duration_seconds_sum{name="a.example.com",operation="UPDATE",rejected="true",type="validating"} 9.5
apiserver_admission_webhook_admission_duration_seconds_sum{name="b.example.com",operation="CREATE",rejected="false",type="admit"} 10
apiserver_admission_webhook_admission_duration_seconds_sum{name="strange.example.com",operation="CREATE",rejected="false",type="admit"} 1000
process_start_time_seconds 1.7e+09
`;
const START = 1.7e12;

it.each([
  ["all that the webhooks took, over the time that went by", METRICS, START + 100_000, 0.5],
  ["webhooks that were never called", "process_start_time_seconds 1.7e+09\n", START + 100_000, 0],
  ["no word of when it started", METRICS.replace(/^process.*$/m, ""), START + 100_000, undefined],
  ["a start that is to come", METRICS, START - 1, undefined],
  ["something else", "<html>", START, undefined],
])("%s", (_, metrics, now, calls) => {
  expect(inFlightOf(metrics, new Set(["a.example.com", "b.example.com"]), now)).toBe(calls);
});
