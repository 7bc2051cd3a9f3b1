import type { CertificateCondition } from "../../../src/rollout/CertificateView.ts";
import {
  type CertificateWorkload,
  type RolloutOutcome,
  reconcileWorkload,
} from "../../../src/rollout/certificate/reconcileWorkload.ts";
import { readRolloutSettings } from "../../../src/rollout/RolloutSettings.ts";
import { RolloutApi } from "../RolloutApi.ts";

const GATE = { kind: "Deployment", name: "gate" } as const;
const DAEMON_SET = { kind: "DaemonSet", name: "gate" } as const;
/** The certificate that is rolled out. */
export const ISSUED = { revision: 2, serial: "2a" };
/** The owner of the Deployment's Pods. */
export const REPLICA_SET = { kind: "ReplicaSet", name: "gate-1", uid: "r" };
/** The annotations of a Pod of revision 2. */
export const MARKS = { "postern.dev/certificate-revision": "2", "x-certificate-serial": "2a" };
const NO_MARKS = { revision: null, serial: null, request: null };

/** One reconciliation of the Deployment gate for the Certificate gate-tls, revision 2. */
export class WorkloadBed {
  readonly api = new RolloutApi();
  /** The calls of the observer. */
  readonly observed: string[] = [];
  /** What differs from a workload whose rollout may begin. */
  change: Partial<CertificateWorkload> = {};
  annotations: Readonly<Record<string, string>> = {};
  mayBegin = true;
  isIssued = true;
  isReady = true;
  /** The stored conditions of the Certificate. */
  conditions: readonly CertificateCondition[] = [];

  /** Stores the Deployment, in a rollout when there is a state. */
  deployment(more: object = {}, state?: object): this {
    this.api.workload("deployments", "gate", { ...more, annotations: this.#stateAnnotation(state) });
    return this.#label("deployments", state);
  }

  /** Stores a DaemonSet of one Pod, in a rollout when there is a state. */
  daemonSet(more: object = {}, state?: object): this {
    this.change = { ref: DAEMON_SET };
    this.api.workload("daemonsets", "gate", { ...more, annotations: this.#stateAnnotation(state) });
    return this.#label("daemonsets", state);
  }

  /** The stored state of a rollout to revision 2, which began a minute ago. */
  state(phase: string, more: object = {}): object {
    const since = this.api.now - 60_000;
    return {
      ...{ certificate: "gate-tls", ...ISSUED, request: null, phase, policy: "canary", started: since, since },
      ...{ timeout: 600_000, before: { marks: NO_MARKS, staging: null }, superseded: null, canary: null },
      ...{ reason: null, message: null, ...more },
    };
  }

  async run(): Promise<RolloutOutcome> {
    const { api, annotations } = this;
    await api.certificate("gate-tls", { "postern.dev/rollout": "deployment/gate", ...annotations }, 2);
    const found = await api.cluster.certificate("gates", "gate-tls");
    const settings = readRolloutSettings(found?.annotations ?? {});
    if (found === undefined || settings === undefined) throw new Error("the Certificate is missing");
    const certificate = { ...found, isReady: this.isReady, conditions: this.conditions };
    const issued = this.isIssued ? ISSUED : undefined;
    const goal = { namespace: "gates", certificate: "gate-tls", issued, mayBegin: this.mayBegin, settings };
    api.calls.length = 0;
    return reconcileWorkload(
      {
        cluster: api.cluster,
        probe: (probe) => api.probe(probe),
        rivals: () => () => undefined,
        now: () => api.now,
        observer: {
          onStep: (_, step) => this.observed.push(step.kind),
          onMark: (_, pod) => this.observed.push(`mark ${pod}`),
          onEventRefused: () => this.observed.push("refused"),
        },
      },
      { certificate, goal, ref: GATE, rival: undefined, ...this.change },
    );
  }

  /** The reasons of all Events. */
  get events(): string[] {
    return this.api.events.map(({ reason }) => reason);
  }

  #stateAnnotation(state: object | undefined): Readonly<Record<string, string>> {
    return state === undefined ? {} : { "postern.dev/rollout-state": JSON.stringify(state) };
  }

  #label(plural: string, state: object | undefined): this {
    if (state === undefined) return this;
    const { metadata, spec } = this.api.live(plural, "gate");
    const { phase } = JSON.parse(metadata.annotations["postern.dev/rollout-state"]);
    if (phase !== "done" && phase !== "rolled-back") metadata.labels = { "postern.dev/rollout-in-progress": "true" };
    if (phase !== "rolling-back" && phase !== "rolled-back") spec.template.metadata.annotations = MARKS;
    return this;
  }
}
