import { reaches } from "../conditions/guardConditions.ts";
import type { RegisteredTarget } from "../rules/registeredTargets.ts";

/** Calls and costs of a gate. Orders of magnitude, not a bill. */
export interface CallEstimate {
  readonly callsPerDay: number;
  /** US dollars a month of 30 days. */
  readonly workersPerMonth: number;
  readonly lambdaPerMonth: number;
}

/*
 * Writes per node and day. Kubernetes limits Pods to 110 per node ("Considerations for large clusters"); most clusters
 * have far fewer. Numbers that are not periods of Kubernetes itself are assumptions, meant to be right within a factor of
 * three.
 */
/** Assumption. */
const PODS_PER_NODE = 30;
/** Assumption: replacements of a Pod per day, by rollouts, CronJobs and node changes. */
const REPLACEMENTS_PER_DAY = 2;
/** Writes of objects per replacement: create the Pod, delete it (twice: the second ends the grace period), two EndpointSlices, a ReplicaSet or Job. */
const WRITES_PER_REPLACEMENT = 6;
/** Writes of subresources per replacement: binding, token, about five of pods/status, four of the owners' status. */
const SUBRESOURCE_WRITES_PER_REPLACEMENT = 11;
/** Assumption: other writes by operators and controllers, one object per minute. */
const OTHER_WRITES_PER_DAY = 1440;
/** Of these, what a gate for workloads is called for: create the Pod, a ReplicaSet or Job. */
const WORKLOAD_WRITES_PER_REPLACEMENT = 2;
/** Scheduled, Pulling, Pulled, Created, Started. */
const EVENTS_PER_REPLACEMENT = 5;
/** The kubelet renews its Lease every 10 s (a quarter of nodeLeaseDurationSeconds). */
const LEASE_RENEWALS_PER_DAY = 8640;
/** The kubelet reports an unchanged node's status every 5 min (nodeStatusReportFrequency). */
const NODE_REPORTS_PER_DAY = 288;

/** The day on which the list prices below were compared with pages of their providers, `YYYY-MM-DD`. */
export const PRICES_COMPARED_ON = "2026-11-30";
/** Workers Paid: 0.30 dollars per million requests and 0.02 per million ms of CPU, above what its 5 dollars include (developers.cloudflare.com/workers/platform/pricing). */
const WORKERS = { month: 5, requests: 10e6, perRequest: 0.3e-6, cpuMs: 30e6, perCpuMs: 0.02e-6 };
/** Lambda on arm64: 0.20 dollars per million requests, 0.0000133334 per GB-second (aws.amazon.com/lambda/pricing); 512 MB as in infra/lambda/serverless.yml. */
const LAMBDA = { perRequest: 0.2e-6, perGigabyteSecond: 13.3334e-6, gigabytes: 0.5 };
/** Assumption: CPU time of a call, parsing included. */
const CPU_MS = 5;

/** Estimates calls and costs for targets that cover nearly every object, in a cluster with this number of nodes. */
export function callEstimate(targets: readonly RegisteredTarget[], nodes: number): CallEstimate {
  const withSubresources = targets.some(({ resource, subresource }) => resource === "*" && subresource === "*");
  const isNamed = (group: string, resource: string): boolean =>
    reaches(
      targets.filter((target) => target.resource === resource),
      group,
      resource,
    );
  const replaced = PODS_PER_NODE * REPLACEMENTS_PER_DAY;
  const perNode =
    replaced * (WRITES_PER_REPLACEMENT + (withSubresources ? SUBRESOURCE_WRITES_PER_REPLACEMENT : 0)) +
    OTHER_WRITES_PER_DAY +
    (isNamed("", "events") || isNamed("events.k8s.io", "events") ? replaced * EVENTS_PER_REPLACEMENT : 0) +
    (isNamed("coordination.k8s.io", "leases") ? LEASE_RENEWALS_PER_DAY : 0) +
    (isNamed("", "nodes") ? NODE_REPORTS_PER_DAY : 0);
  return estimateOf(perNode * nodes);
}

/** Estimates calls and costs for a gate that is called for the creation of Pods and of what makes them. */
export function workloadEstimate(nodes: number): CallEstimate {
  return estimateOf(PODS_PER_NODE * REPLACEMENTS_PER_DAY * WORKLOAD_WRITES_PER_REPLACEMENT * nodes);
}

function estimateOf(callsPerDay: number): CallEstimate {
  const calls = callsPerDay * 30;
  const workers =
    WORKERS.month +
    Math.max(0, calls - WORKERS.requests) * WORKERS.perRequest +
    Math.max(0, calls * CPU_MS - WORKERS.cpuMs) * WORKERS.perCpuMs;
  const lambda = calls * LAMBDA.perRequest + calls * (CPU_MS / 1000) * LAMBDA.gigabytes * LAMBDA.perGigabyteSecond;
  return { callsPerDay, workersPerMonth: workers, lambdaPerMonth: lambda };
}
