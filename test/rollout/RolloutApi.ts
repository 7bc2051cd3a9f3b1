import jsonPatch from "fast-json-patch";
import type { ApiRequest, ApiResponse } from "../../src/kubernetes/KubernetesApi.ts";
import type { ReconcileDeps } from "../../src/rollout/certificate/ReconcileDeps.ts";
import { type ReconcileResult, reconcileCertificate } from "../../src/rollout/certificate/reconcileCertificate.ts";
import { reconcileOrphan } from "../../src/rollout/certificate/reconcileOrphan.ts";
import { RolloutCluster } from "../../src/rollout/RolloutCluster.ts";
import type { WorkloadRef } from "../../src/rollout/workload/WorkloadRef.ts";
import { selfSignedPair } from "../tls/selfSignedPair.ts";

const START = Date.parse("2026-01-01T00:00:00Z");
const CERTIFICATES = "/apis/cert-manager.io/v1/namespaces/gates/certificates";
const REQUESTS = "/apis/cert-manager.io/v1/namespaces/gates/certificaterequests";
const COLLECTION = /\/(certificates|certificaterequests|pods|deployments|statefulsets|daemonsets)$/;
const PODS = "/api/v1/namespaces/gates/pods";

// biome-ignore lint/suspicious/noExplicitAny: objects of the API, whose members are read by path.
type Any = any;

/** An API server with the objects of a namespace `gates`, without controllers. */
export class RolloutApi {
  readonly objects = new Map<string, Any>();
  readonly calls: ApiRequest[] = [];
  readonly events: Any[] = [];
  readonly refusedEvents: string[] = [];
  now = START;
  /** Overrides the answer to a call. */
  refuse: (request: ApiRequest) => ApiResponse | undefined = () => undefined;
  probe: ReconcileDeps["probe"] = async () => ({ ok: true });
  #version = 1;

  /** A client of this API server. */
  readonly cluster = new RolloutCluster(
    (request) => this.ask(request),
    () => true,
  );

  readonly ask = async (request: ApiRequest): Promise<ApiResponse> => {
    this.calls.push(request);
    const override = this.refuse(request);
    if (override !== undefined) return override;
    const path = request.path.split("?", 1)[0] ?? "";
    if (request.method === "POST") {
      this.events.push(request.body);
      return { status: 201, body: {} };
    }
    const at = path.replace(/\/status$/, "");
    const object = this.objects.get(at);
    if (request.method === "DELETE") this.objects.delete(at);
    if (request.method === "PATCH" && object !== undefined) this.#patch(at, object, request.body as Any);
    if (request.method === "GET" && COLLECTION.test(path)) {
      const items = [...this.objects].filter(([key]) => key.startsWith(`${path}/`)).map(([, it]) => it);
      return { status: 200, body: { items: structuredClone(items), metadata: {} } as never };
    }
    return object === undefined
      ? { status: 404, body: { message: "not found" } }
      : { status: 200, body: structuredClone(this.objects.get(at) ?? object) };
  };

  /** Creates or replaces a Certificate. With a revision, it is issued and has its CertificateRequest. */
  async certificate(name: string, annotations: Readonly<Record<string, string>>, revision?: number): Promise<void> {
    const metadata = { name, namespace: "gates", uid: `u-${name}`, generation: 1, annotations };
    const conditions = [{ type: "Ready", status: "True" }];
    const status = revision === undefined ? {} : { revision, conditions };
    this.objects.set(`${CERTIFICATES}/${name}`, {
      metadata,
      spec: { dnsNames: ["gate.example.com"] },
      status,
    });
    if (revision === undefined) return;
    const request = `${name}-${revision}`;
    this.objects.set(`${REQUESTS}/${request}`, {
      metadata: {
        name: request,
        annotations: { "cert-manager.io/certificate-revision": String(revision) },
        ownerReferences: [{ uid: `u-${name}` }],
      },
      status: { certificate: Buffer.from((await selfSignedPair()).cert).toString("base64") },
    });
  }

  /** Creates or replaces a workload. It is settled unless `status` says otherwise. */
  workload(plural: string, name: string, { replicas = 2, spec = {}, status = {}, annotations = {} }: Any = {}): Any {
    const kind = { deployments: "Deployment", statefulsets: "StatefulSet", daemonsets: "DaemonSet" }[plural];
    const object = {
      kind,
      metadata: {
        name,
        namespace: "gates",
        uid: `u-${plural}-${name}`,
        resourceVersion: "1",
        generation: 1,
        annotations,
      },
      spec: {
        replicas,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
        progressDeadlineSeconds: 600,
        selector: { matchLabels: { app: name } },
        template: { metadata: {} },
        ...spec,
      },
      status: { observedGeneration: 1e6, replicas, updatedReplicas: replicas, availableReplicas: replicas, ...status },
    };
    this.objects.set(`/apis/apps/v1/namespaces/gates/${plural}/${name}`, object);
    return object;
  }

  /** Creates a ready Pod. */
  pod(name: string, owner: object, annotations: Readonly<Record<string, string>> = {}): void {
    const conditions = [{ type: "Ready", status: "True", lastTransitionTime: new Date(this.now).toISOString() }];
    this.objects.set(`${PODS}/${name}`, {
      metadata: { name, uid: `u-${name}`, annotations, ownerReferences: [{ controller: true, ...owner }] },
      status: { podIP: "127.0.0.1", conditions },
    });
  }

  /** A stored workload. */
  live(plural: string, name: string): Any {
    return this.objects.get(`/apis/apps/v1/namespaces/gates/${plural}/${name}`);
  }

  /** The names of all Pods. */
  pods(): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(PODS)).map((key) => key.split("/").at(-1) ?? "");
  }

  /** The stored state of a workload's rollout. */
  state(plural: string, name: string): Any {
    return JSON.parse(this.live(plural, name).metadata.annotations?.["postern.dev/rollout-state"] ?? "null");
  }

  /** The condition RolledOut of a Certificate. */
  condition(name: string): Any {
    const { status } = this.objects.get(`${CERTIFICATES}/${name}`);
    return status.conditions?.find(({ type }: Any) => type === "RolledOut");
  }

  /** Reconciles a Certificate once, after some time. */
  async reconcile(name: string, afterMs = 1_000): Promise<ReconcileResult> {
    this.now += afterMs;
    return reconcileCertificate(this.#deps, "gates", name);
  }

  /** Reconciles a workload whose rollout may be orphaned, after some time. */
  async reconcileOrphan(ref: WorkloadRef, afterMs = 1_000): Promise<number | undefined> {
    this.now += afterMs;
    return reconcileOrphan(this.#deps, "gates", ref);
  }

  readonly #deps: ReconcileDeps = {
    cluster: this.cluster,
    rivals: () => () => undefined,
    probe: (probe) => this.probe(probe),
    now: () => this.now,
    observer: {
      onStep: () => undefined,
      onMark: () => undefined,
      onEventRefused: (_, reason) => this.refusedEvents.push(reason),
    },
  };

  #patch(at: string, object: Any, body: Any): void {
    this.#version += 1;
    if (Array.isArray(body)) {
      const patched = jsonPatch.applyPatch(structuredClone(object), body, true).newDocument;
      patched.metadata.resourceVersion = String(this.#version);
      this.objects.set(at, patched);
    } else if (body.status !== undefined) {
      const [condition] = body.status.conditions;
      const others = (object.status.conditions ?? []).filter(({ type }: Any) => type !== condition.type);
      object.status.conditions = [...others, condition];
    }
  }
}
