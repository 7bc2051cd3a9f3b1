import { type ApiRequest, type ApiResponse, type KubernetesApi, statusMessage } from "../kubernetes/KubernetesApi.ts";
import { KubernetesError } from "../kubernetes/KubernetesError.ts";
import { listPages } from "../kubernetes/listPages.ts";
import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import { pointerTo } from "../protocol/patch/PatchOperation.ts";
import { errorMessage } from "../telemetry/errorMessage.ts";
import { type CertificateView, readCertificate } from "./CertificateView.ts";
import { issuedRevision } from "./issuedRevision.ts";
import type { IssuedRevision } from "./plan/RolloutGoal.ts";
import { RolloutError } from "./RolloutError.ts";
import type { RolloutCondition } from "./report/rolloutCondition.ts";
import type { RolloutEvent } from "./report/rolloutEvent.ts";
import { isPodOf, type PodView, readPod } from "./workload/PodView.ts";
import type { RolloutMarks } from "./workload/RolloutMarks.ts";
import type { RolloutWrite } from "./workload/RolloutWrite.ts";
import { readWorkload } from "./workload/readWorkload.ts";
import { IN_PLACE_ANNOTATION, IN_PROGRESS_LABEL, ROLLOUT_ANNOTATIONS } from "./workload/rolloutAnnotations.ts";
import { markOperations, ROLLOUT_MANAGER, rolloutPatch } from "./workload/rolloutPatch.ts";
import { WORKLOAD_KINDS, type WorkloadKind, type WorkloadRef, workloadName } from "./workload/WorkloadRef.ts";
import type { WorkloadView } from "./workload/WorkloadView.ts";

/** The path of cert-manager's API. */
export const CERT_MANAGER = "/apis/cert-manager.io/v1";
const RESOURCES: Readonly<Record<WorkloadKind, string>> = {
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
};
/** The number of Event names to remember. */
const MAX_REMEMBERED_EVENTS = 10_000;

/**
 * Reads and writes a cluster's Certificates and workloads. Every method throws {@link KubernetesError} for a failed call, and
 * {@link RolloutError} `stopped` when this process no longer leads.
 */
export class RolloutCluster {
  readonly #api: KubernetesApi;
  readonly #isLeading: () => boolean;
  /** Names of Events that exist, or that the API server refuses. */
  readonly #sentEvents = new Set<string>();

  /** `isLeading` is read before every call, so a reconciliation that is under way ends with the lead. */
  constructor(api: KubernetesApi, isLeading: () => boolean) {
    this.#api = api;
    this.#isLeading = isLeading;
  }

  /** Reads a Certificate; undefined when it does not exist. */
  async certificate(namespace: string, name: string): Promise<CertificateView | undefined> {
    const path = `${CERT_MANAGER}/namespaces/${encodeURIComponent(namespace)}/certificates/${encodeURIComponent(name)}`;
    const answer = await this.#call({ method: "GET", path });
    if (answer.status === 404) return undefined;
    const view = answer.status === 200 ? readCertificate(answer.body) : undefined;
    if (view === undefined) throw refused(`the Certificate ${namespace}/${name} cannot be read`, answer);
    return view;
  }

  /**
   * The certificate of a Certificate's revision, read from its CertificateRequest: no Secret has to be read. Throws
   * {@link RolloutError} `certificate-unknown` when the CertificateRequest does not exist.
   */
  async issued(certificate: CertificateView, revision: number): Promise<IssuedRevision> {
    const path = `${CERT_MANAGER}/namespaces/${encodeURIComponent(certificate.namespace)}/certificaterequests`;
    for await (const items of this.#pages(path, "")) {
      const issued = issuedRevision(items, certificate, revision);
      if (issued !== undefined) return issued;
    }
    throw new RolloutError(
      "certificate-unknown",
      `the CertificateRequest of revision ${revision} does not exist, so the serial is not known; renew the Certificate (cmctl renew ${certificate.name})`,
    );
  }

  /** Reads a workload; undefined when it does not exist. Throws {@link RolloutError} `unreadable-state`. */
  async workload(namespace: string, ref: WorkloadRef): Promise<WorkloadView | undefined> {
    const answer = await this.#call({ method: "GET", path: workloadPath(namespace, ref) });
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw refused(`${workloadName(ref)} cannot be read`, answer);
    return readWorkload(ref, answer.body);
  }

  /** Lists the Pods that the workload owns. Its selector may match others as well, which must not be changed. */
  async pods(namespace: string, workload: WorkloadView): Promise<PodView[]> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
    const pods: PodView[] = [];
    for await (const items of this.#pages(path, workload.selector))
      for (const item of items) {
        const pod = readPod(item);
        if (pod !== undefined && isPodOf(workload, pod)) pods.push(pod);
      }
    return pods;
  }

  /**
   * Lists the workloads with the in-progress label, in a namespace or in all. Only their names are read: one workload with
   * an unreadable state must not hide the others.
   */
  async inProgress(namespace: string | undefined): Promise<{ namespace: string; ref: WorkloadRef }[]> {
    const scope = namespace === undefined ? "" : `namespaces/${encodeURIComponent(namespace)}/`;
    const found: { namespace: string; ref: WorkloadRef }[] = [];
    for (const kind of WORKLOAD_KINDS)
      for await (const items of this.#pages(`/apis/apps/v1/${scope}${RESOURCES[kind]}`, IN_PROGRESS_LABEL))
        for (const item of items) {
          const { name, namespace: owner } = isJsonObject(item.metadata) ? item.metadata : {};
          if (typeof name === "string" && typeof owner === "string")
            found.push({ namespace: owner, ref: { kind, name } });
        }
    return found;
  }

  /** Writes a workload. Throws {@link RolloutError} `changed-in-between` when it changed since it was read. */
  async write(namespace: string, write: RolloutWrite): Promise<void> {
    const { ref } = write.workload;
    const path = `${workloadPath(namespace, ref)}?fieldManager=${ROLLOUT_MANAGER}`;
    const answer = await this.#call({ method: "PATCH", path, body: rolloutPatch(write) });
    if (answer.status === 200 && answer.body.kind === ref.kind) return;
    if (answer.status === 409 || answer.status === 404)
      throw new RolloutError("changed-in-between", `${workloadName(ref)}: ${statusMessage(answer)}`);
    throw refused(`${workloadName(ref)} cannot be written`, answer);
  }

  /** Writes marks on one Pod, and the annotation that says so. The Pod template is not changed. */
  async markPod(
    namespace: string,
    { name, uid, hasAnnotations, marks: before }: PodView,
    marks: RolloutMarks,
  ): Promise<void> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
    const body = [
      { op: "replace", path: "/metadata/uid", value: uid },
      ...markOperations("/metadata/annotations", hasAnnotations, before, marks),
      { op: "add", path: pointerTo("/metadata/annotations", IN_PLACE_ANNOTATION), value: "true" },
    ];
    const answer = await this.#call({ method: "PATCH", path: `${path}?fieldManager=${ROLLOUT_MANAGER}`, body });
    // The next reconciliation sees a Pod that was deleted or replaced.
    if (answer.status !== 200 && answer.status !== 404 && answer.status !== 409)
      throw refused(`Pod ${name} cannot be written`, answer);
  }

  /** Deletes a Pod, by its uid: not a new Pod of the same name. */
  async deletePod(namespace: string, { name, uid }: PodView): Promise<void> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } };
    const answer = await this.#call({ method: "DELETE", path, body });
    if (answer.status >= 300 && answer.status !== 404 && answer.status !== 409)
      throw refused(`Pod ${name} cannot be deleted`, answer);
  }

  /** Writes the rollout's condition of a Certificate. cert-manager's own conditions stay. */
  async setCondition({ namespace, name }: CertificateView, condition: RolloutCondition): Promise<void> {
    const path = `${CERT_MANAGER}/namespaces/${encodeURIComponent(namespace)}/certificates/${encodeURIComponent(name)}/status`;
    const answer = await this.#call({
      method: "PATCH",
      path: `${path}?fieldManager=${ROLLOUT_MANAGER}&force=true`,
      body: {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name, namespace },
        status: { conditions: [condition] },
      },
    });
    if (answer.status !== 200 && answer.status !== 404)
      throw refused(`the condition of the Certificate ${namespace}/${name} cannot be written`, answer);
  }

  /** Creates an Event, unless it exists. An Event that the API server refused is not sent again. */
  async event({ namespace }: CertificateView, event: RolloutEvent): Promise<void> {
    if (this.#sentEvents.has(event.metadata.name)) return;
    const path = `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/events`;
    const answer = await this.#call({ method: "POST", path, body: event });
    if (this.#sentEvents.size >= MAX_REMEMBERED_EVENTS) this.#sentEvents.clear();
    if (answer.status < 500 && answer.status !== 429) this.#sentEvents.add(event.metadata.name);
    if (answer.status !== 201 && answer.status !== 409) throw refused("an Event cannot be written", answer);
  }

  /** Writes the request of a manual rollout on a Certificate. The leader, on any replica, carries it out. */
  async request(namespace: string, name: string, request: string, user: string): Promise<void> {
    const path = `${CERT_MANAGER}/namespaces/${encodeURIComponent(namespace)}/certificates/${encodeURIComponent(name)}`;
    const answer = await this.#call({
      method: "PATCH",
      path: `${path}?fieldManager=${ROLLOUT_MANAGER}-request&force=true`,
      body: {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: {
          name,
          namespace,
          annotations: { [ROLLOUT_ANNOTATIONS.request]: request, [ROLLOUT_ANNOTATIONS.requestedBy]: user },
        },
      },
    });
    if (answer.status !== 200) throw refused(`the Certificate ${namespace}/${name} cannot be written`, answer);
  }

  async *#pages(path: string, selector: string): AsyncGenerator<JsonObject[]> {
    for await (const answer of listPages((request) => this.#call(request), path, selector)) {
      const { items } = answer.body;
      if (answer.status !== 200 || !Array.isArray(items)) throw refused(`${path} cannot be listed`, answer);
      yield items.filter(isJsonObject);
    }
  }

  async #call(request: ApiRequest): Promise<ApiResponse> {
    if (!this.#isLeading()) throw new RolloutError("stopped", "this process no longer leads");
    return this.#api(request).catch((error: unknown): never => {
      if (error instanceof KubernetesError) throw error;
      throw new KubernetesError("cluster-unreachable", errorMessage(error), error);
    });
  }
}

function workloadPath(namespace: string, { kind, name }: WorkloadRef): string {
  return `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/${RESOURCES[kind]}/${encodeURIComponent(name)}`;
}

function refused(what: string, answer: ApiResponse): KubernetesError {
  return new KubernetesError("cluster-refused", `${what}: ${statusMessage(answer)}`);
}
