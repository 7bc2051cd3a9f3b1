import { type ApiRequest, type ApiResponse, type KubernetesApi, statusMessage } from "../kubernetes/KubernetesApi.ts";
import { listPages } from "../kubernetes/listPages.ts";
import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import { errorMessage } from "../telemetry/errorMessage.ts";
import { type CertificateView, readCertificate } from "./certificate/CertificateView.ts";
import { type IssuedLeaf, issuedLeaf } from "./certificate/issuedLeaf.ts";
import { RolloutError } from "./RolloutError.ts";
import type { RolloutCondition } from "./report/rolloutCondition.ts";
import type { RolloutEvent } from "./report/rolloutEvent.ts";
import { isPodOf } from "./workload/isPodOf.ts";
import type { RolloutMarks } from "./workload/RolloutMarks.ts";
import { readPod } from "./workload/readPod.ts";
import { readWorkload } from "./workload/readWorkload.ts";
import { IN_PROGRESS_LABEL, ROLLOUT_ANNOTATIONS } from "./workload/rolloutAnnotations.ts";
import { markOperations, ROLLOUT_MANAGER, type RolloutWrite, rolloutPatch } from "./workload/rolloutPatch.ts";
import { WORKLOAD_KINDS, type WorkloadKind, type WorkloadRef, workloadName } from "./workload/WorkloadRef.ts";
import type { PodView, WorkloadView } from "./workload/WorkloadView.ts";

/** cert-manager's API. */
export const CERT_MANAGER = "/apis/cert-manager.io/v1";
const RESOURCES: Readonly<Record<WorkloadKind, string>> = {
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
};
/** Names of Events that are remembered. */
const MOST_TOLD = 10_000;

/** A cluster's Certificates and workloads: read, and written. Every method throws {@link RolloutError}. */
export class RolloutCluster {
  readonly #api: KubernetesApi;
  readonly #isLeading: () => boolean;
  /** Names of Events that are there. */
  readonly #told = new Set<string>();

  /** Nothing is read or written while `isLeading` says no: a look that was begun ends. */
  constructor(api: KubernetesApi, isLeading: () => boolean) {
    this.#api = api;
    this.#isLeading = isLeading;
  }

  /** Undefined where there is none. */
  async certificate(namespace: string, name: string): Promise<CertificateView | undefined> {
    const path = `${CERT_MANAGER}/namespaces/${encodeURIComponent(namespace)}/certificates/${encodeURIComponent(name)}`;
    const answer = await this.#call({ method: "GET", path });
    if (answer.status === 404) return undefined;
    const view = answer.status === 200 ? readCertificate(answer.body) : undefined;
    if (view === undefined) throw refused(`the Certificate ${namespace}/${name} cannot be read`, answer);
    return view;
  }

  /** The leaf of a Certificate's revision, by the CertificateRequest that brought it: no Secret has to be read. */
  async leaf(certificate: CertificateView, revision: number): Promise<IssuedLeaf> {
    const path = `${CERT_MANAGER}/namespaces/${encodeURIComponent(certificate.namespace)}/certificaterequests`;
    for await (const items of this.#pages(path, "")) {
      const leaf = issuedLeaf(items, certificate, revision);
      if (leaf !== undefined) return leaf;
    }
    throw new RolloutError(
      "not-there",
      `the CertificateRequest of revision ${revision} is gone, which says what serial its certificate has; renew it (cmctl renew ${certificate.name})`,
    );
  }

  /** Undefined where there is none. */
  async workload(namespace: string, ref: WorkloadRef): Promise<WorkloadView | undefined> {
    const answer = await this.#call({ method: "GET", path: workloadPath(namespace, ref) });
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw refused(`${workloadName(ref)} cannot be read`, answer);
    return readWorkload(ref, answer.body);
  }

  /** Its own, and not all that its selector finds: these are deleted, marked and judged. */
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
   * The workloads that are labelled as being rolled, in a namespace or in all. What else is on them is not read: one that
   * makes no sense is not to hide the others.
   */
  async inProgress(namespace: string | undefined): Promise<{ namespace: string; ref: WorkloadRef }[]> {
    const scope = namespace === undefined ? "" : `namespaces/${encodeURIComponent(namespace)}/`;
    const found: { namespace: string; ref: WorkloadRef }[] = [];
    for (const kind of WORKLOAD_KINDS)
      for await (const items of this.#pages(`/apis/apps/v1/${scope}${RESOURCES[kind]}`, IN_PROGRESS_LABEL))
        for (const item of items) {
          const { name, namespace: place } = isJsonObject(item.metadata) ? item.metadata : {};
          if (typeof name === "string" && typeof place === "string")
            found.push({ namespace: place, ref: { kind, name } });
        }
    return found;
  }

  /** `changed-in-between` where the workload is not what it was when it was read. */
  async write(namespace: string, write: RolloutWrite): Promise<void> {
    const { ref } = write.workload;
    const path = `${workloadPath(namespace, ref)}?fieldManager=${ROLLOUT_MANAGER}`;
    const answer = await this.#call({ method: "PATCH", path, body: rolloutPatch(write) });
    if (answer.status === 200 && answer.body.kind === ref.kind) return;
    if (answer.status === 409 || answer.status === 404)
      throw new RolloutError("changed-in-between", `${workloadName(ref)}: ${statusMessage(answer)}`);
    throw refused(`${workloadName(ref)} cannot be written`, answer);
  }

  /** Sets a Pod's own annotations; that of another template's Pods stays. */
  async markPod(
    namespace: string,
    { name, uid, hasAnnotations, marks: before }: PodView,
    marks: RolloutMarks,
  ): Promise<void> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
    const body = [
      { op: "replace", path: "/metadata/uid", value: uid },
      ...markOperations("/metadata/annotations", hasAnnotations, before, marks),
    ];
    const answer = await this.#call({ method: "PATCH", path: `${path}?fieldManager=${ROLLOUT_MANAGER}`, body });
    // One that is gone, or was made anew under its name, is seen at the next look.
    if (answer.status !== 200 && answer.status !== 404 && answer.status !== 409)
      throw refused(`Pod ${name} cannot be written`, answer);
  }

  /** Only that very Pod, and not one that has its name by then. */
  async deletePod(namespace: string, { name, uid }: PodView): Promise<void> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } };
    const answer = await this.#call({ method: "DELETE", path, body });
    if (answer.status >= 300 && answer.status !== 404 && answer.status !== 409)
      throw refused(`Pod ${name} cannot be deleted`, answer);
  }

  /** Sets one condition of a Certificate, beside those of cert-manager. */
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

  /** An Event; one that is there already is no second one, and one that was refused for good is not sent again. */
  async event({ namespace }: CertificateView, event: RolloutEvent): Promise<void> {
    if (this.#told.has(event.metadata.name)) return;
    const path = `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/events`;
    const answer = await this.#call({ method: "POST", path, body: event });
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    if (answer.status < 500 && answer.status !== 429) this.#told.add(event.metadata.name);
    if (answer.status !== 201 && answer.status !== 409) throw refused("an Event cannot be written", answer);
  }

  /** Asks for a rollout by hand; whoever leads will see it. */
  async request(namespace: string, name: string, request: string, by: string): Promise<void> {
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
          annotations: { [ROLLOUT_ANNOTATIONS.request]: request, [ROLLOUT_ANNOTATIONS.requestedBy]: by },
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
    if (!this.#isLeading()) throw new RolloutError("stopped", "it leads no longer");
    return this.#api(request).catch((error: unknown): never => {
      throw new RolloutError("unreachable", errorMessage(error), error);
    });
  }
}

function workloadPath(namespace: string, { kind, name }: WorkloadRef): string {
  return `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/${RESOURCES[kind]}/${encodeURIComponent(name)}`;
}

function refused(what: string, answer: ApiResponse): RolloutError {
  return new RolloutError("refused-by-cluster", `${what}: ${statusMessage(answer)}`);
}
