import { reaches } from "../conditions/guardConditions.ts";
import type { RegisteredTarget } from "../render/registeredTargets.ts";

/** What calling for nearly everything comes to. Orders of magnitude, not a bill. */
export interface CallEstimate {
  readonly callsPerDay: number;
  /** US dollars a month of 30 days. */
  readonly workersPerMonth: number;
  readonly lambdaPerMonth: number;
}

/*
 * How busy a cluster is, a node and a day. Kubernetes bounds Pods at 110 a node ("Considerations for large clusters");
 * most clusters have far fewer. What is not a period of Kubernetes itself is an assumption, to be right within a
 * factor of three.
 */
/** Assumption. */
const PODS = 30;
/** Assumption: how often a Pod is replaced in a day, by rollouts, CronJobs and nodes that come and go. */
const REPLACEMENTS = 2;
/** Writes of whole objects for one replacement: the Pod created and deleted (twice, the second ends the grace period), two EndpointSlices, a ReplicaSet or Job. */
const WRITES = 6;
/** Writes of subresources for one replacement: binding, token, some five of pods/status, four of its owners' status. */
const SUBRESOURCE_WRITES = 11;
/** Assumption: what operators and controllers write besides, one object a minute. */
const OTHER_WRITES = 1440;
/** Scheduled, Pulling, Pulled, Created, Started. */
const EVENTS = 5;
/** The kubelet renews its Lease every 10 s (a quarter of nodeLeaseDurationSeconds). */
const LEASES = 8640;
/** The kubelet reports an unchanged node's status every 5 min (nodeStatusReportFrequency). */
const NODE_REPORTS = 288;

/** Workers Paid: 0.30 dollars a million requests, 0.02 a million ms of CPU, less what its 5 dollars include (developers.cloudflare.com/workers/platform/pricing). */
const WORKERS = { month: 5, requests: 10e6, perRequest: 0.3e-6, milliseconds: 30e6, perMillisecond: 0.02e-6 };
/** Lambda on arm64: 0.20 dollars a million requests, 0.0000133334 a GB-second (aws.amazon.com/lambda/pricing); 512 MB as in infra/lambda/serverless.yml. */
const LAMBDA = { perRequest: 0.2e-6, perGigabyteSecond: 13.3334e-6, gigabytes: 0.5 };
/** Assumption: CPU of a call, parsing included. */
const MILLISECONDS = 5;

/** What the calls for some targets come to in a cluster of so many nodes, if they are for nearly everything. */
export function callEstimate(targets: readonly RegisteredTarget[], nodes: number): CallEstimate {
  const withSubresources = targets.some(({ resource, subresource }) => resource === "*" && subresource === "*");
  const isNamed = (group: string, resource: string): boolean =>
    reaches(
      targets.filter((target) => target.resource === resource),
      group,
      resource,
    );
  const replaced = PODS * REPLACEMENTS;
  const perNode =
    replaced * (WRITES + (withSubresources ? SUBRESOURCE_WRITES : 0)) +
    OTHER_WRITES +
    (isNamed("", "events") || isNamed("events.k8s.io", "events") ? replaced * EVENTS : 0) +
    (isNamed("coordination.k8s.io", "leases") ? LEASES : 0) +
    (isNamed("", "nodes") ? NODE_REPORTS : 0);
  const callsPerDay = perNode * nodes;
  const calls = callsPerDay * 30;
  const workers =
    WORKERS.month +
    Math.max(0, calls - WORKERS.requests) * WORKERS.perRequest +
    Math.max(0, calls * MILLISECONDS - WORKERS.milliseconds) * WORKERS.perMillisecond;
  const lambda =
    calls * LAMBDA.perRequest + calls * (MILLISECONDS / 1000) * LAMBDA.gigabytes * LAMBDA.perGigabyteSecond;
  return { callsPerDay, workersPerMonth: workers, lambdaPerMonth: lambda };
}
