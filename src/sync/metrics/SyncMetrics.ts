import { Counter, Gauge, Registry } from "prom-client";
import { capabilitiesOf } from "../capability/capabilitiesOf.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { findingsOf, isLast } from "../plan/Step.ts";
import type { SyncRun } from "../runSync.ts";
import { targetName } from "../target/SyncTarget.ts";
import { endOfPaths } from "./endOfPaths.ts";
import { readSamples } from "./readSamples.ts";
import { type RiskTerms, riskModel } from "./riskModel.ts";

const STEPS = "postern_sync_steps_total";
const FAILURES = "postern_sync_run_failures_total";
const DAY_MS = 86_400_000;

interface Metric {
  readonly name: string;
  readonly help: string;
}

const GAUGES = {
  inStep: {
    name: "postern_sync_in_step",
    help: "1 if the last run ended with the registrations in step with the endpoint, else 0.",
  },
  rolledBack: { name: "postern_sync_rolled_back", help: "1 if the last run rolled a write back, else 0." },
  lastRun: { name: "postern_sync_last_run_timestamp_seconds", help: "End of the last run, in seconds since 1970." },
  duration: { name: "postern_sync_last_run_duration_seconds", help: "Duration of the last run." },
  lastSuccess: {
    name: "postern_sync_last_success_timestamp_seconds",
    help: "End of the last run that ended in step, in seconds since 1970. With --metrics it is kept across restarts.",
  },
  findings: { name: "postern_sync_findings", help: "Number of findings of the last run, by finding code." },
  phase: {
    name: "postern_sync_target_phase",
    help: "1 for the phase of each registration: in-step, widening, switching, narrowing or soaking.",
  },
  expiry: {
    name: "postern_sync_certificate_expiry_timestamp_seconds",
    help: "First expiry on the paths from what an endpoint serves to the bundles in force, in seconds since 1970. The label has no URL path.",
  },
  daysLeft: {
    name: "postern_sync_certificate_days_left",
    help: "Days until the first expiry on the paths from what an endpoint serves to the bundles in force.",
  },
  stale: {
    name: "postern_sync_risk_stale",
    help: "Probability that the bundle in force refuses the endpoint before the next run ends (P_stale).",
  },
  capability: {
    name: "postern_sync_capability_seconds_left",
    help: "Seconds until the first capability in the URLs expires, as it says itself. Negative within the grace.",
  },
  riskSeconds: { name: "postern_sync_risk_seconds", help: "Longest time until a change is in step (D_sync)." },
  inFlight: { name: "postern_sync_risk_in_flight", help: "Mean number of concurrent calls to the gate (Q_inflight)." },
  risk: { name: "postern_sync_risk", help: "P_stale x D_sync x Q_inflight." },
} as const satisfies Readonly<Record<string, Metric>>;

type Labels = Readonly<Record<string, string>>;

/**
 * Metrics of runs in the Prometheus text format (0.0.4), for a port or a file. All have the labels `gate` and `cluster`. A
 * value that a run could not determine has no sample.
 */
export class SyncMetrics {
  readonly #registry = new Registry();
  readonly #steps: Counter;
  readonly #failures: Counter;
  readonly #gauges = new Set<Metric>();

  /** `previous`: metrics of an earlier process. The last success and the counters of the same cluster are continued. */
  constructor({ gate, cluster }: Pick<SyncGoal, "gate" | "cluster">, previous = "") {
    this.#registry.setDefaultLabels({ gate, cluster });
    const registers = [this.#registry];
    this.#steps = new Counter({
      name: STEPS,
      help: "Steps taken, by step. Counts from the start of the process, or of the file of --metrics.",
      labelNames: ["step"],
      registers,
    });
    this.#failures = new Counter({
      name: FAILURES,
      help: "Runs that failed, by error code. Counts from the start of the process, or of the file of --metrics.",
      labelNames: ["code"],
      registers,
    });
    for (const { name, labels, value } of readSamples(previous)) {
      if (labels.gate !== gate || labels.cluster !== cluster) continue;
      if (name === GAUGES.lastSuccess.name) this.#set(GAUGES.lastSuccess, [[{}, value]]);
      if (name === STEPS) this.#steps.inc({ step: labels.step ?? "" }, value);
      if (name === FAILURES) this.#failures.inc({ code: labels.code ?? "" }, value);
    }
  }

  /** Records a completed run. */
  recordRun(run: SyncRun, goal: SyncGoal, terms: RiskTerms): void {
    const { last, rolledBack, observation, steps } = run;
    const { now } = observation;
    const findings = findingsOf(last);
    const isInStep = findings.length === 0 && !rolledBack;
    for (const step of steps) if (!isLast(step)) this.#steps.inc({ step: step.kind });
    this.#recordEnd(now, terms.durationMs);
    if (isInStep) this.#set(GAUGES.lastSuccess, [[{}, Math.round(now / 1000)]]);
    this.#set(GAUGES.inStep, [[{}, isInStep ? 1 : 0]]);
    this.#set(GAUGES.rolledBack, [[{}, rolledBack ? 1 : 0]]);
    // A path can hold a capability, so the label has only the origin.
    const byOrigin = Map.groupBy(observation.endpoints, ({ base }) => new URL(base).origin);
    const expiries = [...byOrigin].flatMap(([endpoint, views]): [Labels, number][] => {
      const times = views.flatMap((view) => endOfPaths(view, observation, goal) ?? []);
      return times.length === 0 ? [] : [[{ endpoint }, Math.min(...times)]];
    });
    this.#set(
      GAUGES.expiry,
      expiries.map(([labels, time]) => [labels, time / 1000]),
    );
    this.#set(
      GAUGES.daysLeft,
      expiries.map(([labels, time]) => [labels, Math.round(((time - now) / DAY_MS) * 100) / 100]),
    );
    this.#set(
      GAUGES.phase,
      observation.targets
        .filter(({ isCanary }) => !isCanary)
        .map((target) => [{ target: targetName(target), phase: target.state.phase ?? "in-step" }, 1]),
    );
    this.#set(
      GAUGES.findings,
      [...Map.groupBy(findings, ({ code }) => code)].map(([code, all]) => [{ code }, all.length]),
    );
    const ends = capabilitiesOf(observation.targets, goal, now).map(({ expiresMs }) => expiresMs);
    this.#set(GAUGES.capability, ends.length === 0 ? [] : [[{}, Math.round((Math.min(...ends) - now) / 1000)]]);
    this.#recordRisk(riskModel(observation, goal, terms));
  }

  /** Records a failed run. Removes all gauges of earlier runs except the last success. `now`: milliseconds since 1970. */
  recordFailure(code: string, now: number, durationMs: number): void {
    this.#failures.inc({ code });
    for (const metric of [...this.#gauges]) if (metric !== GAUGES.lastSuccess) this.#set(metric, []);
    this.#recordEnd(now, durationMs);
    this.#set(GAUGES.inStep, [[{}, 0]]);
  }

  /** All metrics in the Prometheus text format. */
  async text(): Promise<string> {
    return this.#registry.metrics();
  }

  #recordEnd(now: number, durationMs: number): void {
    this.#set(GAUGES.lastRun, [[{}, Math.round(now / 1000)]]);
    this.#set(GAUGES.duration, [[{}, durationMs / 1000]]);
  }

  #recordRisk({ stale, seconds, inFlight, risk }: ReturnType<typeof riskModel>): void {
    const sample = (value: number | undefined): [Labels, number][] => (value === undefined ? [] : [[{}, value]]);
    this.#set(GAUGES.stale, sample(stale));
    this.#set(GAUGES.riskSeconds, sample(seconds));
    this.#set(GAUGES.inFlight, sample(inFlight));
    this.#set(GAUGES.risk, sample(risk));
  }

  /** Replaces a gauge. A gauge of an earlier run that stays registered without a value would report 0. */
  #set(metric: Metric, samples: readonly (readonly [Labels, number])[]): void {
    this.#registry.removeSingleMetric(metric.name);
    this.#gauges.delete(metric);
    if (samples.length === 0) return;
    this.#gauges.add(metric);
    const labelNames = [...new Set(samples.flatMap(([labels]) => Object.keys(labels)))];
    const gauge = new Gauge({ ...metric, labelNames, registers: [this.#registry] });
    for (const [labels, value] of samples) gauge.set(labels, value);
  }
}
