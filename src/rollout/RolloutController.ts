import type { KubeConfig } from "@kubernetes/client-node";
import type { KubernetesApi } from "../kubernetes/KubernetesApi.ts";
import type { Leading } from "../kubernetes/leadWhileHeld.ts";
import { WorkQueue } from "../kubernetes/WorkQueue.ts";
import type { Log } from "../telemetry/Log.ts";
import type { ReconcileDeps } from "./certificate/ReconcileDeps.ts";
import { reconcileCertificate } from "./certificate/reconcileCertificate.ts";
import { reconcileOrphan } from "./certificate/reconcileOrphan.ts";
import { rivalsOf } from "./certificate/rivalsOf.ts";
import { watchCertificates } from "./certificate/watchCertificates.ts";
import { isReconcileError } from "./isReconcileError.ts";
import { probeServing } from "./probe/probeServing.ts";
import { RolloutCluster } from "./RolloutCluster.ts";
import { type RolloutKey, rolloutKeyText } from "./RolloutKey.ts";
import type { RolloutMetrics } from "./report/RolloutMetrics.ts";
import { RolloutReporter } from "./report/RolloutReporter.ts";

/** Options of a {@link RolloutController}. */
export interface ControllerOptions {
  readonly kubeConfig: KubeConfig;
  readonly api: KubernetesApi;
  /** Undefined for all namespaces. */
  readonly namespace: string | undefined;
  /** The interval at which every known Certificate is reconciled without a change. */
  readonly resyncMs: number;
  readonly log: Log;
  readonly metrics: RolloutMetrics;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Concurrent reconciliations. Most of their time is spent waiting for Pods that do not answer. */
const CONCURRENCY = 16;
const MAX_ACTIVE_PER_NAMESPACE = 4;
/** The delay from a change of a Certificate to its reconciliation. It limits the rate of a Certificate that changes all the time. */
const CHANGE_DELAY_MS = 200;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 60_000;
/** The least time between two searches for orphaned rollouts, which list all workloads. */
const SWEEP_DELAY_MS = 2_000;
const HANDSHAKE_TIMEOUT_MS = 3_000;
/** A probe makes up to four handshakes. */
const PROBE_TIMEOUT_MS = 4 * HANDSHAKE_TIMEOUT_MS;

const SWEEP: RolloutKey = { kind: "sweep" };

/**
 * Observes Certificates and the workloads that they name, and rolls a workload when its Certificate is renewed. Runs while
 * this process is the leader. Each item of its queue is one Certificate, one workload whose rollout may be orphaned, or the
 * search for these workloads.
 */
export class RolloutController {
  readonly #options: ControllerOptions;

  constructor(options: ControllerOptions) {
    this.#options = options;
  }

  /** Runs until this process no longer leads. Never rejects. */
  async lead({ signal, isLeading }: Leading): Promise<void> {
    const { kubeConfig, api, namespace, resyncMs, random, log, metrics, now } = this.#options;
    const queue = new WorkQueue<RolloutKey>({
      idOf: rolloutKeyText,
      groupOf: (key) => (key.kind === "sweep" ? "" : key.namespace),
      maxActivePerGroup: MAX_ACTIVE_PER_NAMESPACE,
      firstRetryMs: FIRST_RETRY_MS,
      maxRetryMs: MAX_RETRY_MS,
      random,
    });
    const known = new Map<string, RolloutKey>();
    const watch = watchCertificates({
      kubeConfig,
      api,
      namespace,
      signal,
      onChange: (object) => {
        const key: RolloutKey = { kind: "certificate", namespace: object.namespace, name: object.name };
        known.set(rolloutKeyText(key), key);
        queue.addAfter(key, CHANGE_DELAY_MS);
      },
      onError: (message) => log.warn("the watch of Certificates failed and is retried", { reason: message }),
    });
    const deps: ReconcileDeps = {
      cluster: new RolloutCluster(api, () => !signal.aborted && isLeading()),
      now,
      rivals: (certificate) => rivalsOf(certificate, watch.list(certificate.namespace)),
      probe: (probe) =>
        probeServing({
          ...probe,
          timeoutMs: HANDSHAKE_TIMEOUT_MS,
          signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]),
        }),
      observer: new RolloutReporter({ log, metrics, now }),
    };
    const timer = setInterval(() => {
      for (const key of [...known.values(), SWEEP]) queue.add(key);
    }, resyncMs);
    signal.addEventListener("abort", () => queue.close(), { once: true });
    if (signal.aborted) queue.close();
    queue.add(SWEEP);
    metrics.setQueueDepth(() => queue.depth);
    const work: Work = { queue, deps, known, signal };
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
          await this.#reconcileOrRetry(key, work);
          queue.done(key);
        }
      }),
    );
    clearInterval(timer);
  }

  async #reconcileOrRetry(key: RolloutKey, work: Work): Promise<void> {
    const { queue, signal } = work;
    const { log, metrics } = this.#options;
    try {
      const retryAfterMs = await this.#reconcile(key, work);
      queue.forget(key);
      if (retryAfterMs !== undefined) queue.addAfter(key, retryAfterMs);
    } catch (error) {
      const known = isReconcileError(error) ? error : undefined;
      if (signal.aborted || known?.code === "stopped") return;
      metrics.recordFailure(known?.code ?? "internal");
      const facts = { key: rolloutKeyText(key) };
      // A concurrent change is not an error.
      if (known?.code === "changed-in-between")
        log.info("the workload changed and is read again", { ...facts, reason: known.message });
      else if (known !== undefined)
        log.error("a reconciliation failed and is retried", { ...facts, code: known.code, reason: known.message });
      else log.error("a reconciliation failed and is retried", { ...facts, error });
      queue.retry(key);
    }
  }

  /** Resolves to the delay until the next reconciliation, in milliseconds; undefined when only a change requires one. */
  async #reconcile(key: RolloutKey, { queue, deps, known }: Work): Promise<number | undefined> {
    switch (key.kind) {
      case "sweep":
        for (const { namespace, ref } of await deps.cluster.inProgress(this.#options.namespace))
          queue.add({ kind: "workload", namespace, ref });
        return undefined;
      case "certificate": {
        const { retryAfterMs, isGone } = await reconcileCertificate(deps, key.namespace, key.name);
        if (isGone) known.delete(rolloutKeyText(key));
        // The Certificate may have named other workloads before.
        if (retryAfterMs === undefined) queue.addAfter(SWEEP, SWEEP_DELAY_MS);
        return retryAfterMs;
      }
      case "workload":
        return reconcileOrphan(deps, key.namespace, key.ref);
    }
  }
}

interface Work {
  readonly queue: WorkQueue<RolloutKey>;
  readonly deps: ReconcileDeps;
  /** All Certificates that the watch reported, by their identity. */
  readonly known: Map<string, RolloutKey>;
  readonly signal: AbortSignal;
}
