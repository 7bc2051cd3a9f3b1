import type { Log } from "../../telemetry/Log.ts";
import type { CertificateView } from "../CertificateView.ts";
import type { RolloutStep } from "../plan/RolloutStep.ts";
import { workloadName } from "../workload/WorkloadRef.ts";
import type { RolloutMetrics } from "./RolloutMetrics.ts";
import type { RolloutObserver, RolloutTarget } from "./RolloutObserver.ts";

/** Dependencies of a {@link RolloutReporter}. */
export interface ReporterDeps {
  readonly log: Log;
  readonly metrics: RolloutMetrics;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/** Writes what reconciliations did to the log and the metrics. */
export class RolloutReporter implements RolloutObserver {
  readonly #deps: ReporterDeps;

  constructor(deps: ReporterDeps) {
    this.#deps = deps;
  }

  onStep({ namespace, certificate, ref }: RolloutTarget, step: RolloutStep): void {
    const { log, metrics, now } = this.#deps;
    const workload = workloadName(ref);
    if (step.kind === "delete-pod") {
      log.info("a Pod is deleted", { namespace, workload, pod: step.pod.name, reason: step.reason });
      return;
    }
    if (!("workload" in step)) return;
    const state = step.state ?? step.workload.state;
    metrics.recordStep(step.kind, state, now());
    const facts = {
      namespace,
      certificate: certificate ?? state?.certificate,
      workload,
      step: step.kind,
      phase: state?.phase,
      revision: state?.revision,
      serial: state?.serial,
      ...(state?.message == null ? {} : { code: state.reason, reason: state.message }),
    };
    if (step.kind === "roll-back") log.warn("rollout", facts);
    else log.info("rollout", facts);
  }

  onMark({ namespace, certificate, ref }: RolloutTarget, pod: string): void {
    this.#deps.log.info("a Pod's annotations are set", { namespace, certificate, workload: workloadName(ref), pod });
  }

  onEventRefused({ namespace, name }: CertificateView, reason: string): void {
    this.#deps.log.warn("an Event was refused", { namespace, certificate: name, reason });
  }
}
