import { Counter, Gauge, Registry } from "prom-client";
import { servedChains } from "../../trust/probe/EndpointView.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { findingsOf } from "../plan/findingsOf.ts";
import { isLast } from "../plan/Step.ts";
import type { SyncRun } from "../runSync.ts";
import { targetName } from "../target/SyncTarget.ts";
import { readSamples } from "./readSamples.ts";
import { type RiskTerms, riskModel } from "./riskModel.ts";

const LAST_SUCCESS = "postern_sync_last_success_timestamp_seconds";
const LAST_SUCCESS_HELP = "When a run last ended in step.";
const STEPS = "postern_sync_steps_total";
const FAILURES = "postern_sync_run_failures_total";
const DAY = 86_400_000;

type Labels = Readonly<Record<string, string>>;

/**
 * What runs found, in the Prometheus text format (0.0.4), for a port or for a file that a collector reads. Times are in
 * seconds since 1970. What a run cannot tell has no sample, rather than one from before.
 */
export class SyncMetrics {
  readonly #registry = new Registry();
  readonly #steps: Counter;
  readonly #failures: Counter;
  readonly #gauges = new Set<string>();

  /** `previous`: the text of an earlier process about this cluster. Its last success stays, and what is counted goes on. */
  constructor({ gate, cluster }: Pick<SyncGoal, "gate" | "cluster">, previous = "") {
    this.#registry.setDefaultLabels({ gate, cluster });
    const counter = (name: string, help: string, label: string): Counter =>
      new Counter({ name, help, labelNames: [label], registers: [this.#registry] });
    this.#steps = counter(STEPS, "Steps that were taken.", "step");
    this.#failures = counter(FAILURES, "Runs that could not be made.", "code");
    for (const { name, labels, value } of readSamples(previous)) {
      if (labels.gate !== gate || labels.cluster !== cluster) continue;
      if (name === LAST_SUCCESS) this.#set(LAST_SUCCESS, LAST_SUCCESS_HELP, [[{}, value]]);
      if (name === STEPS) this.#steps.inc({ step: labels.step ?? "" }, value);
      if (name === FAILURES) this.#failures.inc({ code: labels.code ?? "" }, value);
    }
  }

  /** A run that came to its end. */
  ran(run: SyncRun, goal: SyncGoal, terms: RiskTerms): void {
    const { last, rolledBack, observation, steps } = run;
    const { now } = observation;
    const findings = findingsOf(last);
    const isInStep = findings.length === 0 && !rolledBack;
    for (const step of steps) if (!isLast(step)) this.#steps.inc({ step: step.kind });
    this.#ended(now, terms.duration);
    if (isInStep) this.#set(LAST_SUCCESS, LAST_SUCCESS_HELP, [[{}, Math.round(now / 1000)]]);
    this.#set("postern_sync_in_step", "Whether the registrations are in step with the endpoint.", [
      [{}, isInStep ? 1 : 0],
    ]);
    this.#set("postern_sync_rolled_back", "Whether the last run took something back.", [[{}, rolledBack ? 1 : 0]]);
    // Not by their whole URLs, which may have a capability in their paths.
    const byOrigin = Map.groupBy(observation.endpoints, ({ base }) => new URL(base).origin);
    const ends = [...byOrigin].flatMap(([endpoint, views]): [Labels, number][] => {
      const times = views.flatMap(servedChains).flatMap((chain) => chain.map(({ notAfter }) => notAfter.getTime()));
      return times.length === 0 ? [] : [[{ endpoint }, Math.min(...times)]];
    });
    this.#set(
      "postern_sync_certificate_expiry_timestamp_seconds",
      "When the first certificate that an endpoint serves ends.",
      ends.map(([labels, time]) => [labels, time / 1000]),
    );
    this.#set(
      "postern_sync_certificate_days_left",
      "Days until the first certificate that an endpoint serves ends.",
      ends.map(([labels, time]) => [labels, Math.round(((time - now) / DAY) * 100) / 100]),
    );
    this.#set(
      "postern_sync_target_phase",
      "1 for the phase that a registration is in.",
      observation.targets
        .filter(({ isCanary }) => !isCanary)
        .map((target) => [{ target: targetName(target), phase: target.state.phase ?? "in-step" }, 1]),
    );
    this.#set(
      "postern_sync_findings",
      "What stands against being in step, by kind.",
      [...Map.groupBy(findings, ({ code }) => code)].map(([code, all]) => [{ code }, all.length]),
    );
    this.#risk(riskModel(observation, goal, terms));
  }

  /** A run that could not be made: what it would have found is not known, and when the last one was well is. */
  failed(code: string, now: number, duration: number): void {
    this.#failures.inc({ code });
    for (const name of [...this.#gauges]) if (name !== LAST_SUCCESS) this.#set(name, "", []);
    this.#ended(now, duration);
    this.#set("postern_sync_in_step", "Whether the registrations are in step with the endpoint.", [[{}, 0]]);
  }

  /** All of it. */
  async text(): Promise<string> {
    return this.#registry.metrics();
  }

  #ended(now: number, duration: number): void {
    this.#set("postern_sync_last_run_timestamp_seconds", "When the last run ended.", [[{}, Math.round(now / 1000)]]);
    this.#set("postern_sync_last_run_duration_seconds", "How long the last run took.", [[{}, duration / 1000]]);
  }

  #risk({ stale, seconds, inFlight, risk }: ReturnType<typeof riskModel>): void {
    const sample = (value: number | undefined): [Labels, number][] => (value === undefined ? [] : [[{}, value]]);
    this.#set(
      "postern_sync_risk_stale",
      "The chance that the bundle in force refuses what is served, now or until the next run is over (P_stale).",
      sample(stale),
    );
    this.#set("postern_sync_risk_seconds", "Until a change is in step, at the latest (D_sync).", sample(seconds));
    this.#set("postern_sync_risk_in_flight", "Calls under way at any time (Q_inflight).", sample(inFlight));
    this.#set("postern_sync_risk", "P_stale x D_sync x Q_inflight.", sample(risk));
  }

  /** Made anew each time: a gauge that was set once and is not now would say 0, which is a lie. */
  #set(name: string, help: string, samples: readonly (readonly [Labels, number])[]): void {
    this.#registry.removeSingleMetric(name);
    this.#gauges.delete(name);
    if (samples.length === 0) return;
    this.#gauges.add(name);
    const labelNames = [...new Set(samples.flatMap(([labels]) => Object.keys(labels)))];
    const gauge = new Gauge({ name, help, labelNames, registers: [this.#registry] });
    for (const [labels, value] of samples) gauge.set(labels, value);
  }
}
