import { eventNote } from "../../kubernetes/eventNote.ts";
import { type ApiResponse, type KubernetesApi, statusMessage } from "../../kubernetes/KubernetesApi.ts";
import { KubernetesError } from "../../kubernetes/KubernetesError.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { SYNC_NAME, SYSTEM_NAMESPACE } from "../../registration/conditions/guardConditions.ts";
import { GATE_LABEL } from "../../registration/render/renderRegistrations.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { redactText } from "../../telemetry/redact/redactText.ts";
import { SyncError } from "../SyncError.ts";
import { readTarget } from "../target/readTarget.ts";
import { type SyncTarget, type TargetKind, targetName } from "../target/SyncTarget.ts";
import type { TargetWrite } from "../target/TargetWrite.ts";
import { FIELD_MANAGER, targetPatch } from "../target/targetPatch.ts";
import { isCredentialRefusal, selfTestFor } from "./SelfTest.ts";

const COLLECTIONS: Readonly<Record<TargetKind, string>> = {
  ValidatingWebhookConfiguration: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
  MutatingWebhookConfiguration: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
  CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
};
const KINDS: readonly TargetKind[] = [
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "CustomResourceDefinition",
];

/** How far clocks of two runs may differ. Above it, a run measures no soak either (`clock`). */
const MAX_AHEAD_MS = 60_000;

/** Reads and writes the registrations of one gate in a cluster. */
export class SyncCluster {
  readonly #api: KubernetesApi;
  readonly #gate: string;
  readonly #now: () => number;

  /** `now`: the time that states are compared with, in milliseconds since 1970. See {@link SyncCluster.targets}. */
  constructor(api: KubernetesApi, gate: string, now: () => number = Date.now) {
    this.#api = api;
    this.#gate = gate;
    this.#now = now;
  }

  /**
   * The registrations that are handed to the sync, canaries included. A time in a state that is more than a minute ahead of
   * now is not believed. Throws {@link KubernetesError}.
   */
  async targets(): Promise<SyncTarget[]> {
    const selector = `?labelSelector=${encodeURIComponent(`${GATE_LABEL}=${this.#gate}`)}`;
    const lists = await Promise.all(
      KINDS.map(async (kind) => {
        const answer = await this.#call({ method: "GET", path: `${COLLECTIONS[kind]}${selector}` });
        const { items } = answer.body;
        if (answer.status !== 200 || !Array.isArray(items)) throw refused(`${kind}s cannot be listed`, answer);
        const terms = { gate: this.#gate, latest: this.#now() + MAX_AHEAD_MS };
        return items.filter(isJsonObject).flatMap((item) => readTarget(kind, item, terms) ?? []);
      }),
    );
    return lists.flat();
  }

  /**
   * Writes the values that the sync owns in a target. Throws {@link SyncError} `changed-in-between` when the target changed
   * since it was read, and {@link KubernetesError} for any other failed call.
   */
  async write(write: TargetWrite): Promise<void> {
    const { kind, name } = write.target;
    const path = `${COLLECTIONS[kind]}/${encodeURIComponent(name)}?fieldManager=${FIELD_MANAGER}`;
    const answer = await this.#call({ method: "PATCH", path, body: targetPatch(write) });
    // Another kind in the answer means that a proxy answered, not the API server.
    if (answer.status === 200 && answer.body.kind === kind) return;
    const what = `${targetName(write.target)} cannot be written`;
    if (answer.status === 409 || answer.status === 404)
      throw new SyncError("changed-in-between", `another client changed it at the same time: ${shownMessage(answer)}`);
    throw refused(what, answer);
  }

  /**
   * Whether the gate refuses the capability of the canary: it answers 401 to a self-test, which is a dry run. Any other result
   * is false. Never rejects.
   */
  async refusesCapability(): Promise<boolean> {
    const { path, object } = selfTestFor("webhooks", this.#gate);
    const body = { ...object, metadata: { name: this.#gate } };
    const answer = await this.#api({ method: "POST", path, body }).catch(() => undefined);
    return answer !== undefined && isCredentialRefusal(statusMessage(answer));
  }

  /** Emits an Event about a target. A failure is ignored. `now` is in milliseconds since 1970. */
  async event(about: Pick<SyncTarget, "kind" | "name" | "uid">, event: SyncEvent, now: number): Promise<void> {
    await this.#api({ method: "POST", path: EVENTS_PATH, body: eventBody(about, event, now) }).catch(() => undefined);
  }

  async #call(request: Parameters<KubernetesApi>[0]): Promise<ApiResponse> {
    return this.#api(request).catch((error: unknown): never => {
      if (error instanceof KubernetesError) throw error;
      throw new KubernetesError("cluster-unreachable", errorMessage(error), error);
    });
  }
}

/** The Lease of a cluster's sync. All gates of the cluster share it. */
export const SYNC_LEASE = { namespace: SYSTEM_NAMESPACE, name: SYNC_NAME } as const;

/** An Event about a target. */
export interface SyncEvent {
  readonly type: "Normal" | "Warning";
  /** UpperCamelCase. */
  readonly reason: string;
  readonly message: string;
}

/** Events about cluster-scoped objects are in the namespace default (`ValidateEventCreate`, k8s.io/kubernetes). */
const EVENTS_PATH = "/apis/events.k8s.io/v1/namespaces/default/events";

function eventBody(
  { kind, name, uid }: Pick<SyncTarget, "kind" | "name" | "uid">,
  event: SyncEvent,
  now: number,
): JsonObject {
  const group = kind === "CustomResourceDefinition" ? "apiextensions.k8s.io/v1" : "admissionregistration.k8s.io/v1";
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { generateName: "postern-sync-", namespace: "default" },
    // metav1.MicroTime requires microseconds.
    eventTime: new Date(now).toISOString().replace(/Z$/, "000Z"),
    reportingController: "postern.dev/sync",
    reportingInstance: "postern-sync",
    action: event.reason,
    regarding: { apiVersion: group, kind, name, uid },
    type: event.type,
    reason: event.reason,
    note: eventNote(redactText(event.message)),
  };
}

function refused(what: string, answer: ApiResponse): KubernetesError {
  return new KubernetesError("cluster-refused", `${what}: ${shownMessage(answer)}`);
}

/** An API server repeats the URL that it refuses, which may have a capability. */
function shownMessage(answer: ApiResponse): string {
  return redactText(statusMessage(answer));
}
