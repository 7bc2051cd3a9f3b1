import jsonPatch from "fast-json-patch";
import { nextRolloutStep } from "../../src/rollout/plan/nextRolloutStep.ts";
import type { RolloutGoal } from "../../src/rollout/plan/RolloutGoal.ts";
import type { RolloutStep } from "../../src/rollout/plan/RolloutStep.ts";
import { readRolloutSettings } from "../../src/rollout/RolloutSettings.ts";
import type { PodView } from "../../src/rollout/workload/PodView.ts";
import { isMarked, marksOf } from "../../src/rollout/workload/RolloutMarks.ts";
import { readWorkload } from "../../src/rollout/workload/readWorkload.ts";
import { rolloutPatch } from "../../src/rollout/workload/rolloutPatch.ts";
import type { WorkloadKind } from "../../src/rollout/workload/WorkloadRef.ts";
import type { WorkloadView } from "../../src/rollout/workload/WorkloadView.ts";

const START = Date.parse("2026-01-01T00:00:00Z");

interface WorldPod {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  since: number;
  isReady: boolean;
}

/** A Certificate: its annotations and its latest certificate. */
export interface WorldGoal {
  readonly revision: number;
  readonly serial: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Default: true. */
  readonly mayBegin?: boolean;
}

/**
 * A simulation of one workload and its controller. The controller replaces one Pod at a time, as far as the strategy allows.
 * Writes of the rollout are applied as an API server applies them.
 */
export class RolloutWorld {
  readonly kind: WorkloadKind;
  readonly pods: WorldPod[] = [];
  // biome-ignore lint/suspicious/noExplicitAny: an object of the API, which is patched by path.
  object: any;
  now = START;
  goal: WorldGoal | undefined;
  /** Whether the Pods of a revision become ready, and which serial they serve (empty for their own). */
  isReadyAt: (revision: string | undefined) => boolean = () => true;
  served: (revision: string | undefined) => string = () => "";
  readonly steps: string[] = [];
  #made = 0;

  constructor(kind: WorkloadKind, replicas: number, spec: object = {}) {
    this.kind = kind;
    const strategy =
      kind === "Deployment"
        ? { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } } }
        : kind === "StatefulSet"
          ? { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } } }
          : { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } };
    this.object = {
      metadata: { name: "gate", namespace: "gates", uid: "u-1", resourceVersion: "1", generation: 1 },
      spec: {
        ...(kind === "DaemonSet" ? {} : { replicas }),
        ...(kind === "Deployment" ? { progressDeadlineSeconds: 600 } : {}),
        ...strategy,
        selector: { matchLabels: { app: "gate" } },
        template: { metadata: { labels: { app: "gate" } } },
        ...spec,
      },
    };
    this.replicas = replicas;
    while (this.pods.length < replicas) this.#make({});
  }

  replicas: number;

  /** Scales the workload, as an autoscaler does. New Pods are copies of the first Pod; in a StatefulSet they are of the template. */
  scale(replicas: number): void {
    this.replicas = replicas;
    this.object.spec.replicas = replicas;
    this.object.metadata.generation += 1;
    this.pods.splice(replicas);
    const annotations = this.kind === "StatefulSet" ? this.#template() : (this.pods[0]?.annotations ?? {});
    while (this.pods.length < replicas) this.#make(annotations);
  }

  /** The workload as the rollout reads it now. */
  view(): WorkloadView {
    return readWorkload({ kind: this.kind, name: "gate" }, { ...this.object, status: this.#status() });
  }

  /** The next step, without taking it. */
  next(): RolloutStep {
    const workload = this.view();
    const goal = this.#goal();
    return nextRolloutStep({ goal, workload, pods: this.#podViews(), now: this.now });
  }

  /** Takes one step of the rollout and one of the workload's controller, after some time. */
  tick(afterMs = 1_000): RolloutStep {
    this.now += afterMs;
    const step = this.next();
    this.steps.push(step.kind);
    if (step.kind === "delete-pod") {
      const at = this.pods.findIndex(({ name }) => name === step.pod.name);
      this.pods.splice(at, 1);
    } else if ("workload" in step) this.#apply(step);
    this.control();
    return step;
  }

  /** Ticks until the rollout is in step or stuck, at most `ticks` times more. */
  run(ticks = 200): RolloutStep {
    let step = this.tick();
    for (let count = 0; count < ticks && !(step.kind === "in-step" || step.kind === "stuck"); count += 1)
      step = this.tick();
    return step;
  }

  /** One step of the workload's controller. */
  control(): void {
    const { spec } = this.object;
    const template = this.#template();
    const old = this.pods.filter(({ annotations }) => !isMarked(marksOf(annotations), marksOf(template)));
    const settle = (): void => {
      for (const pod of this.pods) {
        const ready = this.isReadyAt(marksOf(pod.annotations).revision ?? undefined);
        if (ready && !pod.isReady) pod.since = this.now;
        pod.isReady = ready;
      }
    };
    if (this.kind === "Deployment") {
      const surge = spec.strategy.rollingUpdate.maxSurge;
      const isHeld = (spec.minReadySeconds ?? 0) > 1_000_000;
      const fresh = this.pods.length - old.length;
      const maxSurge = typeof surge === "number" ? surge : 1;
      const unready = this.pods.filter((pod) => !old.includes(pod) && (isHeld || !pod.isReady)).length;
      if (old.length > 0 || fresh < this.replicas) {
        if (unready < maxSurge && fresh < this.replicas) this.#make(template);
        else if (!isHeld && unready === 0 && old[0] !== undefined && fresh + old.length > this.replicas)
          this.#drop(old[0]);
      }
      while (this.pods.length > this.replicas && old[0] !== undefined && fresh >= this.replicas)
        this.#drop(old.shift());
      const stale = old.find((pod) => !pod.isReady);
      if (stale !== undefined && this.pods.length > this.replicas) this.#drop(stale);
    } else if (this.kind === "StatefulSet") {
      const partition = spec.updateStrategy.rollingUpdate.partition ?? 0;
      const isBroken = this.pods.some((pod) => !pod.isReady);
      const candidate = [...this.pods]
        .slice(partition)
        .reverse()
        .find((pod) => old.includes(pod));
      // The controller waits for a Pod that is not ready, even one of an old template.
      if (!isBroken && candidate !== undefined) this.#replace(candidate, template);
      // A deleted Pod is replaced by one of the template.
      while (this.pods.length < this.replicas) this.#make(template);
    } else {
      const isRolling = spec.updateStrategy.type === "RollingUpdate";
      while (this.pods.length < this.replicas) this.#make(template);
      const unready = this.pods.filter((pod) => !pod.isReady);
      const candidate = old.find((pod) => !pod.isReady) ?? old[0];
      if (isRolling && candidate !== undefined && (unready.length === 0 || unready.includes(candidate)))
        this.#replace(candidate, template);
    }
    settle();
  }

  #apply(step: Extract<RolloutStep, { workload: unknown }>): void {
    const { resourceVersion, generation } = this.object.metadata;
    const before = JSON.stringify(this.object.spec);
    const patched = jsonPatch.applyPatch(structuredClone(this.object), rolloutPatch(step) as never[], true).newDocument;
    patched.metadata.resourceVersion = String(Number(resourceVersion) + 1);
    if (JSON.stringify(patched.spec) !== before) patched.metadata.generation = generation + 1;
    this.object = patched;
  }

  #template(): Readonly<Record<string, string>> {
    return this.object.spec.template.metadata.annotations ?? {};
  }

  #make(annotations: Readonly<Record<string, string>>): void {
    this.pods.push(this.#pod(annotations));
  }

  #pod(annotations: Readonly<Record<string, string>>): WorldPod {
    this.#made += 1;
    return { name: `gate-${this.#made}`, annotations: { ...annotations }, since: this.now, isReady: true };
  }

  #replace(pod: WorldPod, annotations: Readonly<Record<string, string>>): void {
    this.pods[this.pods.indexOf(pod)] = this.#pod(annotations);
  }

  #drop(pod: WorldPod | undefined): void {
    if (pod !== undefined) this.pods.splice(this.pods.indexOf(pod), 1);
  }

  #status(): object {
    const template = marksOf(this.#template());
    const updated = this.pods.filter(({ annotations }) => isMarked(marksOf(annotations), template));
    const isHeld = (this.object.spec.minReadySeconds ?? 0) > 1_000_000;
    const available = this.pods.filter((pod) => pod.isReady && !(isHeld && updated.includes(pod))).length;
    const ready = this.pods.filter((pod) => pod.isReady).length;
    return {
      observedGeneration: this.object.metadata.generation,
      replicas: this.pods.length,
      updatedReplicas: updated.length,
      readyReplicas: ready,
      availableReplicas: available,
      updateRevision: JSON.stringify(template),
      currentRevision: updated.length === this.pods.length ? JSON.stringify(template) : "before",
      desiredNumberScheduled: this.replicas,
      updatedNumberScheduled: updated.length,
      numberAvailable: available,
    };
  }

  #podViews(): PodView[] {
    const state = this.view().state;
    return this.pods.map((pod): PodView => {
      const marks = marksOf(pod.annotations);
      const served = this.served(marks.revision ?? undefined) || marks.serial;
      return {
        name: pod.name,
        uid: pod.name,
        owner: undefined,
        ip: "127.0.0.1",
        isReady: pod.isReady,
        readySince: pod.isReady ? pod.since : 0,
        isTerminating: false,
        hasAnnotations: true,
        marks,
        probe: !pod.isReady
          ? undefined
          : served === state?.serial
            ? { ok: true }
            : { ok: false, reason: `serves serial ${served}` },
      };
    });
  }

  #goal(): RolloutGoal | undefined {
    if (this.goal === undefined) return undefined;
    const { revision, serial, annotations = {}, mayBegin = true } = this.goal;
    const workloads = `${this.kind.toLowerCase()}/gate`;
    const settings = readRolloutSettings({ "postern.dev/rollout": workloads, ...annotations });
    if (settings === undefined) return undefined;
    return { namespace: "gates", certificate: "gate-tls", issued: { revision, serial }, mayBegin, settings };
  }
}
