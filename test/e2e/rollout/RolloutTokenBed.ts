import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesApi } from "../../../src/kubernetes/KubernetesApi.ts";
import { ROLLOUT_MANAGER } from "../../../src/rollout/workload/rolloutPatch.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import { APPLY, type ApiAnswer, type ApiCall, type KubeObject, MERGE } from "../../cluster/ClusterApi.ts";
import { applyCertManagerDefinitions } from "../../cluster/certmanager/applyCertManagerDefinitions.ts";
import { certManagerBinary } from "../../cluster/certmanager/certManagerBinary.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { eventually } from "../../run/eventually.ts";
import { installRollout } from "./installRollout.ts";

/** The namespace with a Certificate. One names gate, db, edge, parted and resting, another moving, undone and crowded. */
export const NAMESPACE = "gates";
/** A namespace without Certificates. */
export const PLAIN = "plain";
export const STATE = "postern.dev/rollout-state";
export const IN_PROGRESS = "postern.dev/rollout-in-progress";
const MOVING = [
  "deployment/moving",
  "statefulset/moving",
  "daemonset/moving",
  "deployment/undone",
  "deployment/crowded",
];
const RULES = [
  { apiGroups: ["apps", "cert-manager.io", "coordination.k8s.io", "events.k8s.io"], resources: ["*"], verbs: ["*"] },
  { apiGroups: [""], resources: ["pods", "pods/*"], verbs: ["*"] },
];

/** The paths of the objects of the tests. */
export const at = {
  workload: (resource: string, name: string, namespace = NAMESPACE) =>
    `/apis/apps/v1/namespaces/${namespace}/${resource}${name === "" ? "" : `/${name}`}`,
  pod: (name: string, namespace = NAMESPACE) => `/api/v1/namespaces/${namespace}/pods${name === "" ? "" : `/${name}`}`,
  certificate: (name: string) => `/apis/cert-manager.io/v1/namespaces/${NAMESPACE}/certificates/${name}`,
  lease: (name: string, namespace = "postern-system") =>
    `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases${name === "" ? "" : `/${name}`}`,
  events: `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`,
};

/**
 * A cluster without controllers, with the shipped manifests of the rollout controller. Its ServiceAccount may do everything
 * that has a policy, so that RBAC alone refuses nothing there.
 */
export class RolloutTokenBed {
  readonly cluster: Cluster;
  readonly #token: string;
  readonly #folder: string;

  private constructor(cluster: Cluster, token: string, folder: string) {
    this.cluster = cluster;
    this.#token = token;
    this.#folder = folder;
  }

  static async start(): Promise<RolloutTokenBed> {
    const folder = await mkdtemp(join(tmpdir(), "postern-rollout-token-"));
    const cluster = await startCluster();
    try {
      await applyCertManagerDefinitions(cluster, await certManagerBinary(() => undefined));
      const bed = new RolloutTokenBed(cluster, await installRollout(cluster, folder), folder);
      await bed.#create();
      await cluster.api.merge("/apis/rbac.authorization.k8s.io/v1/clusterroles/postern-rollout", { rules: RULES });
      await bed.#policiesInForce();
      return bed;
    } catch (error) {
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Calls the API server with the controller's token. The body is a merge patch unless `more` sets another content type. */
  call(method: string, path: string, body?: object, { query, ...more }: ApiCall = {}): Promise<ApiAnswer> {
    const contentType = method === "POST" || method === "PUT" ? "application/json" : MERGE;
    const parts = body === undefined ? {} : { body };
    // Any other field manager is refused anyway.
    const isNamed = method !== "PATCH" || path.includes("fieldManager=");
    const names = { query: { ...(isNamed ? {} : { fieldManager: ROLLOUT_MANAGER }), ...query } };
    return this.cluster.api.call(method, path, { contentType, ...parts, ...names, ...more, token: this.#token });
  }

  /** The controller's client: a JSON Patch for an array, a server-side apply for an object. */
  readonly api: KubernetesApi = async ({ method, path, body }) => {
    const patch = Array.isArray(body) ? "application/json-patch+json" : APPLY;
    const contentType = method === "PATCH" ? patch : "application/json";
    const answer = await this.call(method, path, body, { contentType });
    return { status: answer.status, body: Object(answer.body) };
  };

  async live(path: string): Promise<KubeObject> {
    return (await this.cluster.api.get(path)).body;
  }

  /** Creates an object as the administrator. */
  async create(path: string, object: object): Promise<KubeObject> {
    const { status, body } = await this.cluster.api.create(path, object);
    if (status !== 201) throw new Error(body.message);
    return body;
  }

  /** Creates a Pod with a controller as its owner, and the annotations that its template had. */
  pod(name: string, kind: string, annotations: Readonly<Record<string, string>> = {}): Promise<KubeObject> {
    const apiVersion = kind === "Job" ? "batch/v1" : "apps/v1";
    const owner = { apiVersion, kind, name: "owner", uid: "00000000-0000-0000-0000-000000000000", controller: true };
    return this.create(at.pod(""), {
      metadata: { name, annotations, ...(kind === "" ? {} : { ownerReferences: [owner] }) },
      // A Pod that runs has a grace period.
      spec: { nodeName: "node-1", containers: [{ name: "app", image: "registry.example.com/app:1" }] },
    });
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #create(): Promise<void> {
    for (const name of [NAMESPACE, PLAIN]) await this.create("/api/v1/namespaces", { metadata: { name } });
    await this.create(at.workload("deployments", ""), workload("Deployment", "gate"));
    await this.create(at.workload("deployments", ""), workload("Deployment", "other"));
    await this.create(at.workload("deployments", "", PLAIN), workload("Deployment", "web"));
    await this.create(at.workload("statefulsets", ""), workload("StatefulSet", "db"));
    await this.create(at.workload("daemonsets", ""), workload("DaemonSet", "edge"));
    const parted = { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } };
    await this.create(at.workload("statefulsets", ""), workload("StatefulSet", "parted", parted));
    const resting = { updateStrategy: { type: "OnDelete" } };
    await this.create(at.workload("daemonsets", ""), workload("DaemonSet", "resting", resting));
    for (const kind of ["Deployment", "StatefulSet", "DaemonSet"])
      await this.create(at.workload(`${kind.toLowerCase()}s`, ""), workload(kind, "moving"));
    await this.create(at.workload("deployments", ""), workload("Deployment", "undone"));
    await this.create(at.workload("deployments", ""), workload("Deployment", "crowded"));
    await this.create(at.certificate("").replace(/\/$/, ""), certificate("gate-tls"));
    const moving = { "postern.dev/rollout": MOVING.join() };
    await this.create(at.certificate("").replace(/\/$/, ""), certificate("moving-tls", moving));
    await this.create(at.certificate("").replace(/\/$/, ""), certificate("plain-tls", {}));
  }

  async #policiesInForce(): Promise<void> {
    const dry = { query: { dryRun: "All" } };
    const calls: readonly [policy: string, send: () => Promise<ApiAnswer>][] = [
      ["workloads", () => this.call("DELETE", at.workload("deployments", "gate"), undefined, dry)],
      ["begins", () => this.call("PATCH", at.workload("deployments", "other"), begun("gate-tls"), dry)],
      ["certificates", () => this.call("DELETE", at.certificate("gate-tls"), undefined, dry)],
      ["leases", () => this.call("POST", at.lease(""), { metadata: { name: "x" }, spec: {} }, dry)],
    ];
    for (const [policy, send] of calls)
      await eventually(`the policy postern-rollout-${policy} to be in force`, async () =>
        (await send()).body.message?.includes(`postern-rollout-${policy}`) === true ? true : undefined,
      );
  }
}

/** A workload of three Pods. */
function workload(kind: string, name: string, change: object = {}): object {
  const strategy = {
    Deployment: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: "25%" } } },
    StatefulSet: { serviceName: name, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } } },
    DaemonSet: { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 2 } } },
  }[kind];
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, labels: { app: name }, annotations: { "example.com/owner": "team" } },
    spec: {
      ...(kind === "DaemonSet" ? {} : { replicas: 3 }),
      ...strategy,
      ...change,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations: { "example.com/kept": "yes" } },
        spec: {
          containers: [{ name: "app", image: "registry.example.com/app:1", env: [{ name: "A", value: "b" }] }],
        },
      },
    },
  };
}

function certificate(
  name: string,
  annotations: Readonly<Record<string, string>> = {
    "postern.dev/rollout": "deployment/gate, StatefulSet/db,daemonset/edge,statefulset/parted,daemonset/resting",
  },
): object {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name, annotations },
    spec: { secretName: name, dnsNames: ["gate.example.com"], issuerRef: { name: "ca" } },
  };
}

/** The state of a rollout that begins at an unmarked Deployment of {@link workload}, as the controller writes it. */
export function stateOf(name: string, more: object = {}): string {
  const before = {
    marks: { revision: null, serial: null, request: null },
    staging: {
      kind: "Deployment",
      maxSurge: 1,
      maxUnavailable: "25%",
      minReadySeconds: null,
      progressDeadlineSeconds: 600,
    },
  };
  const [started, since] = [1_790_000_000_000, 1_790_000_000_000];
  const goal = { certificate: name, revision: 1, serial: "a1", request: null, phase: "rolling", policy: "rolling" };
  const rest = { started, since, before, superseded: null, canary: null, reason: null, message: null };
  return JSON.stringify({ ...goal, ...rest, timeout: 600_000, ...more });
}

/** The merge patch that begins a rollout of an unmarked Deployment, with changes of its spec and its state. */
export function begun(name: string, spec: KubeObject = {}, more: object = {}): KubeObject {
  const marks = { "postern.dev/certificate-revision": "1", "x-certificate-serial": "a1" };
  return {
    metadata: { annotations: { [STATE]: stateOf(name, more) }, labels: { [IN_PROGRESS]: "true" } },
    spec: { ...spec, template: { ...spec.template, metadata: { annotations: marks, ...spec.template?.metadata } } },
  };
}
