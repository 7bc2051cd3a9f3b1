import type { KubeConfig } from "@kubernetes/client-node";
import type { KubernetesApi } from "../kubernetes/KubernetesApi.ts";
import type { Leading } from "../kubernetes/leadWhileHeld.ts";
import { WorkQueue } from "../kubernetes/WorkQueue.ts";
import type { Log } from "../telemetry/Log.ts";
import type { CertificateView } from "./certificate/CertificateView.ts";
import { reconcileCertificate } from "./certificate/reconcileCertificate.ts";
import { reconcileOrphan } from "./certificate/reconcileOrphan.ts";
import { type CertificateWatch, watchCertificates } from "./certificate/watchCertificates.ts";
import type { RolloutStep } from "./plan/RolloutStep.ts";
import { probeServing } from "./probe/probeServing.ts";
import { RolloutCluster } from "./RolloutCluster.ts";
import { RolloutError } from "./RolloutError.ts";
import { readRolloutSettings } from "./RolloutSettings.ts";
import type { RolloutMetrics } from "./report/RolloutMetrics.ts";
import { WORKLOAD_KINDS, type WorkloadRef, workloadName } from "./workload/WorkloadRef.ts";

/** What a controller is made of. */
export interface ControllerOptions {
  readonly kubeConfig: KubeConfig;
  readonly api: KubernetesApi;
  /** Undefined for all of them. */
  readonly namespace: string | undefined;
  /** How often every Certificate is looked at though nothing was heard of it. In milliseconds. */
  readonly resync: number;
  readonly log: Log;
  readonly metrics: RolloutMetrics;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Certificates that are looked at at once, most of the time in wait for Pods that do not answer; and those of one namespace. */
const WORKERS = 16;
const MOST_OF_NAMESPACE = 4;
/** From a change of a Certificate to the look at it: one that changes all the time is looked at as often. In milliseconds. */
const CHANGE_PAUSE = 200;
const BACKOFF = { first: 500, most: 60_000 };
/** However many Certificates change, workloads are not listed more often. In milliseconds. */
const SWEEP_PAUSE = 2_000;
const PROBE_TIMEOUT = 3_000;

/** Rolls workloads as their Certificates are renewed, for as long as it leads. */
export class RolloutController {
  readonly #options: ControllerOptions;

  constructor(options: ControllerOptions) {
    this.#options = options;
  }

  /** Until it no longer leads. Never rejects. */
  async lead({ signal, isLeading }: Leading): Promise<void> {
    const { api, resync, random, kubeConfig, namespace, log, metrics } = this.#options;
    const queue = new WorkQueue({ ...BACKOFF, random, groupOf: namespaceOf, mostOfGroup: MOST_OF_NAMESPACE });
    const cluster = new RolloutCluster(api, () => !signal.aborted && isLeading());
    const known = new Set<string>();
    const watch = watchCertificates({
      kubeConfig,
      api,
      namespace,
      signal,
      onChange: ({ namespace: place, name }) => {
        const key = certificateKey(place, name);
        known.add(key);
        queue.addAfter(key, CHANGE_PAUSE);
      },
      onFault: (fault) => log.warn("Certificates cannot be watched; they are tried again", { fault }),
    });
    const sweep = (): void => queue.add(SWEEP);
    const timer = setInterval(() => {
      for (const key of known) queue.add(key);
      sweep();
    }, resync);
    signal.addEventListener("abort", () => queue.close(), { once: true });
    if (signal.aborted) queue.close();
    sweep();
    metrics.watches(() => queue.depth);
    await Promise.all(
      Array.from({ length: WORKERS }, async () => {
        for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
          await this.#work(key, { queue, cluster, watch, signal, known });
          queue.done(key);
        }
      }),
    );
    clearInterval(timer);
  }

  async #work(key: string, work: Work): Promise<void> {
    const { queue } = work;
    try {
      const again = await this.#reconcile(key, work);
      queue.forget(key);
      if (again !== undefined) queue.addAfter(key, again);
    } catch (error) {
      if (work.signal.aborted || (error instanceof RolloutError && error.code === "stopped")) return;
      const isKnown = error instanceof RolloutError;
      this.#options.metrics.failed(isKnown ? error.code : "internal");
      // Somebody was faster: that is no fault.
      if (isKnown && error.code === "changed-in-between")
        this.#options.log.info("tried again", { key, why: error.message });
      else
        this.#options.log.error("cannot be looked after; it is tried again", {
          key,
          ...(isKnown ? { code: error.code, why: error.message } : { error }),
        });
      queue.retry(key);
    }
  }

  async #reconcile(key: string, { queue, cluster, watch, signal, known }: Work): Promise<number | undefined> {
    const [type, namespace = "", first = "", second = ""] = key.split(" ");
    const { now } = this.#options;
    switch (type) {
      case SWEEP:
        for (const { namespace: place, ref } of await cluster.inProgress(this.#options.namespace))
          queue.add(workloadKey(place, ref));
        return undefined;
      case "certificate": {
        const { again, isGone } = await reconcileCertificate(
          {
            cluster,
            now,
            rivals: (certificate) => rivalsOf(watch, certificate),
            probe: (probe) =>
              probeServing({
                ...probe,
                timeoutMs: PROBE_TIMEOUT,
                signal: AbortSignal.any([signal, AbortSignal.timeout(4 * PROBE_TIMEOUT)]),
              }),
            onUntold: ({ namespace: place, name }, why) =>
              this.#options.log.warn("an Event is not told", { namespace: place, certificate: name, why }),
            onMark: ({ namespace: place, name }, ref, pod) =>
              this.#options.log.info("a Pod is marked", {
                namespace: place,
                certificate: name,
                workload: workloadName(ref),
                pod,
              }),
            onStep: (certificate, ref, step) => this.#took(certificate.namespace, certificate.name, ref, step),
          },
          namespace,
          first,
        );
        if (isGone) known.delete(key);
        // It may have named other workloads before.
        if (again === undefined) queue.addAfter(SWEEP, SWEEP_PAUSE);
        return again;
      }
      default: {
        const kind = WORKLOAD_KINDS.find((it) => it === first);
        if (kind === undefined) return undefined;
        return reconcileOrphan(
          {
            cluster,
            now,
            onStep: (ref, step) => this.#took(namespace, undefined, ref, step),
          },
          namespace,
          { kind, name: second },
        );
      }
    }
  }

  #took(namespace: string, certificate: string | undefined, ref: WorkloadRef, step: RolloutStep): void {
    const { log, metrics } = this.#options;
    if (step.kind === "delete-pod") {
      log.info("a Pod is deleted", { namespace, workload: workloadName(ref), pod: step.pod.name, why: step.why });
      return;
    }
    if (!("workload" in step)) return;
    const state = step.state ?? step.workload.state;
    metrics.took(step.kind, state, this.#options.now());
    const facts = {
      namespace,
      certificate: certificate ?? state?.certificate,
      workload: workloadName(ref),
      step: step.kind,
      phase: state?.phase,
      revision: state?.revision,
      serial: state?.serial,
      ...(state?.message == null ? {} : { reason: state.reason, why: state.message }),
    };
    if (step.kind === "roll-back") log.warn("rollout", facts);
    else log.info("rollout", facts);
  }
}

interface Work {
  readonly queue: WorkQueue;
  readonly cluster: RolloutCluster;
  readonly watch: CertificateWatch;
  readonly signal: AbortSignal;
  readonly known: Set<string>;
}

/** Looks for workloads that nobody wants rolled any more. */
const SWEEP = "sweep";

function certificateKey(namespace: string, name: string): string {
  return `certificate ${namespace} ${name}`;
}

function workloadKey(namespace: string, { kind, name }: WorkloadRef): string {
  return `workload ${namespace} ${kind} ${name}`;
}

function namespaceOf(key: string): string {
  return key.split(" ")[1] ?? "";
}

/** Of several that name one workload, the oldest has it; of two of the same second, the first by name. */
function rivalsOf(watch: CertificateWatch, certificate: CertificateView): (ref: WorkloadRef) => string | undefined {
  const age = ({ created, name }: CertificateView): string => `${created} ${name}`;
  const names = new Map<string, string>();
  for (const other of watch.list(certificate.namespace).sort((left, right) => (left.name < right.name ? -1 : 1)))
    if (other.uid !== certificate.uid && age(other) < age(certificate))
      for (const ref of workloadsOf(other)) if (!names.has(workloadName(ref))) names.set(workloadName(ref), other.name);
  return (ref) => names.get(workloadName(ref));
}

function workloadsOf({ annotations }: CertificateView): readonly WorkloadRef[] {
  try {
    return readRolloutSettings(annotations)?.workloads ?? [];
  } catch {
    return [];
  }
}
