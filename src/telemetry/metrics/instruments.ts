import type { HistogramInstrument, Instrument } from "./Meter.ts";

/** As OpenTelemetry's HTTP conventions advise for `http.server.request.duration`, in seconds. */
const HTTP_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** A policy that computes takes less than a millisecond, and one that calls a server up to the deadline. In seconds. */
const POLICY_BOUNDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30];
/** A commit to a local file takes about a millisecond, and one to a remote store tens of them. In seconds. */
const COMMIT_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** All counters and gauges of a gate. README.md lists them with their cardinality; a test compares both. */
export const INSTRUMENTS = {
  reviews: {
    name: "postern.reviews",
    description: "Reviews that were answered, by verdict.",
    unit: "{review}",
    labels: ["k8s.cluster.name", "postern.purpose", "postern.entry", "postern.verdict"],
  },
  policyResults: {
    name: "postern.policy.results",
    description: "What policies said of reviews: the strongest effect, pass, or why a policy did not judge.",
    unit: "{result}",
    labels: ["postern.policy", "postern.mode", "postern.result"],
  },
  deadlineMisses: {
    name: "postern.policy.deadline.misses",
    description: "Reviews that a policy did not judge before the deadline.",
    unit: "{review}",
    labels: ["postern.policy"],
  },
  errors: {
    name: "postern.errors",
    description: "Calls that could not be judged, by error code.",
    unit: "{call}",
    labels: ["error.type"],
  },
  callers: {
    name: "postern.identity.accepted",
    description:
      "Callers that were identified, by tier. In their grace: capabilities that have expired and are still honoured.",
    unit: "{call}",
    labels: ["k8s.cluster.name", "postern.tier", "postern.grace"],
  },
  refusals: {
    name: "postern.identity.refused",
    description: "Callers that were refused, by reason.",
    unit: "{call}",
    labels: ["postern.reason"],
  },
  dropped: {
    name: "postern.telemetry.dropped",
    description: "Spans and metric exports that were dropped: the queue was full, or the collector did not take them.",
    unit: "{item}",
    labels: ["postern.signal"],
  },
  queue: {
    name: "postern.queue.size",
    description: "Calls that are judged or wait, by queue.",
    unit: "{call}",
    labels: ["postern.queue"],
  },
  recordQueue: {
    name: "postern.records.queue.size",
    description: "Decision records that wait to be written.",
    unit: "{record}",
    labels: [],
  },
  recordsDropped: {
    name: "postern.records.dropped",
    description: "Decision records that were given up.",
    unit: "{record}",
    labels: [],
  },
  recordErrors: {
    name: "postern.records.errors",
    description: "Writes of decision records that failed, by error code.",
    unit: "{error}",
    labels: ["error.type"],
  },
} as const satisfies Readonly<Record<string, Instrument>>;

/** All histograms of a gate, see {@link INSTRUMENTS}. Those of CPU work are left out where the clock stands still. */
export const HISTOGRAMS = {
  requests: {
    name: "http.server.request.duration",
    description: "Duration of HTTP requests to the gate.",
    unit: "s",
    labels: ["http.request.method", "http.route", "http.response.status_code", "url.scheme"],
    bounds: HTTP_BOUNDS,
  },
  policies: {
    name: "postern.policy.duration",
    description: "Time that a policy took for a review, waiting included.",
    unit: "s",
    labels: ["postern.policy"],
    bounds: POLICY_BOUNDS,
  },
  commits: {
    name: "postern.records.commit.duration",
    description: "Time until a decision record was durable.",
    unit: "s",
    labels: [],
    bounds: COMMIT_BOUNDS,
  },
} as const satisfies Readonly<Record<string, HistogramInstrument>>;
