import { BoundedLabel } from "./BoundedLabel.ts";
import type {
  CallerMeasurement,
  GateMetrics,
  PolicyMeasurement,
  RequestMeasurement,
  ReviewMeasurement,
} from "./GateMetrics.ts";
import { HISTOGRAMS, INSTRUMENTS } from "./instruments.ts";
import { LabelSets } from "./LabelSets.ts";
import type { Measure, Meter } from "./Meter.ts";

/** Options of {@link MeteredGate}. */
export interface MeteredGateOptions {
  /** Whether the clock runs during CPU work. On Workers it does not: durations are not measured there. Default: true. */
  readonly hasCpuClock?: boolean;
  /** Clusters with a time series of their own; all others are `other`. Default 200. */
  readonly maxClusters?: number;
}

const MAX_CLUSTERS = 200;
/** An entry that the gate does not have can be named by any caller. */
const MAX_ENTRIES = 50;
/** A gate has tens of policies. */
const MAX_POLICIES = 300;
/** Methods of RFC 9110 and PATCH. Any other is `_OTHER`, as OpenTelemetry has it. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

/** The metrics of a gate, measured by a meter. Bounds the values of all labels. */
export class MeteredGate implements GateMetrics {
  readonly #meter: Meter;
  readonly #clusters: BoundedLabel;
  readonly #entries = new BoundedLabel(MAX_ENTRIES);
  readonly #policies = new BoundedLabel(MAX_POLICIES);
  readonly #reviewLabels = new LabelSets(INSTRUMENTS.reviews.labels);
  readonly #resultLabels = new LabelSets(INSTRUMENTS.policyResults.labels);
  readonly #callerLabels = new LabelSets(INSTRUMENTS.callers.labels);
  readonly #policyLabels = new LabelSets(HISTOGRAMS.policies.labels);
  readonly #requestLabels = new LabelSets(HISTOGRAMS.requests.labels);
  readonly #hasCpuClock: boolean;
  readonly #reviews: Measure;
  readonly #results: Measure;
  readonly #misses: Measure;
  readonly #callers: Measure;
  readonly #refusals: Measure;
  readonly #errors: Measure;
  readonly #dropped: Measure;
  readonly #recordsDropped: Measure;
  readonly #recordErrors: Measure;
  readonly #requests: Measure;
  readonly #durations: Measure;
  readonly #commits: Measure;
  readonly #queues = new Map<string, () => number>();
  #recordQueue: (() => number) | undefined;

  constructor(meter: Meter, { hasCpuClock = true, maxClusters = MAX_CLUSTERS }: MeteredGateOptions = {}) {
    this.#meter = meter;
    this.#clusters = new BoundedLabel(maxClusters);
    this.#hasCpuClock = hasCpuClock;
    this.#reviews = meter.counter(INSTRUMENTS.reviews);
    this.#results = meter.counter(INSTRUMENTS.policyResults);
    this.#misses = meter.counter(INSTRUMENTS.deadlineMisses);
    this.#callers = meter.counter(INSTRUMENTS.callers);
    this.#refusals = meter.counter(INSTRUMENTS.refusals);
    this.#errors = meter.counter(INSTRUMENTS.errors);
    this.#dropped = meter.counter(INSTRUMENTS.dropped);
    this.#recordsDropped = meter.counter(INSTRUMENTS.recordsDropped);
    this.#recordErrors = meter.counter(INSTRUMENTS.recordErrors);
    this.#requests = meter.histogram(HISTOGRAMS.requests);
    this.#durations = meter.histogram(HISTOGRAMS.policies);
    this.#commits = meter.histogram(HISTOGRAMS.commits);
    meter.gauge(INSTRUMENTS.queue, () =>
      [...this.#queues].map(([queue, size]) => ({ value: size(), labels: { "postern.queue": queue } })),
    );
  }

  review({ cluster, purpose, entry = "", verdict }: ReviewMeasurement): void {
    const [name, called] = [this.#clusters.of(cluster), this.#entries.of(entry)];
    this.#reviews(1, this.#reviewLabels.of(name, purpose, called, verdict));
  }

  policy({ policy, mode, result }: PolicyMeasurement, count = 1): void {
    const name = this.#policies.of(policy);
    this.#results(count, this.#resultLabels.of(name, mode, result));
    if (result === "missed-deadline") this.#misses(count, this.#policyLabels.of(name));
  }

  policyDuration(policy: string, durationMs: number): void {
    if (this.#hasCpuClock) this.#durations(durationMs / 1000, this.#policyLabels.of(this.#policies.of(policy)));
  }

  request({ method, route, status, durationMs }: RequestMeasurement): void {
    if (!this.#hasCpuClock) return;
    const known = METHODS.includes(method) ? method : "_OTHER";
    this.#requests(durationMs / 1000, this.#requestLabels.of(known, route, String(status), "https"));
  }

  caller({ cluster, tier, isInGrace }: CallerMeasurement): void {
    this.#callers(1, this.#callerLabels.of(this.#clusters.of(cluster), tier, String(isInGrace)));
  }

  refusal(reason: string): void {
    this.#refusals(1, { "postern.reason": reason });
  }

  error(code: string): void {
    this.#errors(1, { "error.type": code });
  }

  dropped(signal: "spans" | "metrics", count: number): void {
    this.#dropped(count, { "postern.signal": signal });
  }

  queue(name: "calls" | "thread", size: () => number): void {
    this.#queues.set(name, size);
  }

  recordQueue(size: () => number): void {
    if (this.#recordQueue === undefined)
      this.#meter.gauge(INSTRUMENTS.recordQueue, () => [{ value: this.#recordQueue?.() ?? 0, labels: {} }]);
    this.#recordQueue = size;
  }

  // The store is waited for, so that the duration is right where the clock stands still during CPU work.
  recordCommitted(durationMs: number): void {
    this.#commits(durationMs / 1000, {});
  }

  recordsDropped(count: number): void {
    this.#recordsDropped(count, {});
  }

  recordError(code: string, count = 1): void {
    this.#recordErrors(count, { "error.type": code });
  }
}
