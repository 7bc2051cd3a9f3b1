import {
  type ApiRequest,
  type ApiResponse,
  type KubernetesApi,
  statusMessage,
} from "../../kubernetes/KubernetesApi.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { redactText } from "../../telemetry/redact/redactText.ts";
import type { OtherClock, Unseen } from "./ClusterView.ts";

/** Reads a cluster. Records what could not be read, and the API server's clock. */
export class ClusterReader {
  readonly unseen: Unseen[] = [];
  readonly #api: KubernetesApi;
  readonly #now: () => number;
  #aheadMs: number | undefined;

  constructor(api: KubernetesApi, now: () => number) {
    this.#api = api;
    this.#now = now;
  }

  /** The API server's clock; undefined if no answer had a date. */
  get clock(): OtherClock | undefined {
    return this.#aheadMs === undefined ? undefined : { of: "API server", aheadMs: this.#aheadMs };
  }

  /** Makes one call. Rejects if there is no answer. */
  async ask(request: ApiRequest): Promise<ApiResponse> {
    const answer = await this.#api(request);
    if (answer.date !== undefined) this.#aheadMs = answer.date - this.#now();
    return answer;
  }

  /** Reads an object. Returns `missing` if it does not exist; undefined, recorded as `what`, if it cannot be read. */
  async get(what: string, path: string): Promise<JsonObject | "missing" | undefined> {
    const answer = await this.#answer(what, { method: "GET", path });
    if (answer?.status === 404) return "missing";
    return answer?.status === 200 ? answer.body : this.#unreadable(what, answer);
  }

  /** Reads the items of a collection. Returns undefined, recorded as `what`, if they cannot be read. */
  async list(what: string, path: string): Promise<JsonObject[] | undefined> {
    return this.#itemsOf(what, await this.#answer(what, { method: "GET", path }));
  }

  /** Like {@link list}, but returns an empty list if the cluster does not have the kind. */
  async listIfKnown(what: string, path: string): Promise<JsonObject[] | undefined> {
    const answer = await this.#answer(what, { method: "GET", path });
    return answer?.status === 404 ? [] : this.#itemsOf(what, answer);
  }

  /** Whether a user has a permission (SubjectAccessReview). Returns undefined, recorded as `what`, if it is unknown. */
  async isAllowed(what: string, user: string, resource: JsonObject): Promise<boolean | undefined> {
    const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    const body = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { user, groups: ["system:serviceaccounts", "system:authenticated"], resourceAttributes: resource },
    };
    const answer = await this.#answer(what, { method: "POST", path, body });
    const status = answer?.body.status;
    return answer?.status === 201 && isJsonObject(status) ? status.allowed === true : this.#unreadable(what, answer);
  }

  #itemsOf(what: string, answer: ApiResponse | undefined): JsonObject[] | undefined {
    const items = answer?.body.items;
    return answer?.status === 200 && Array.isArray(items) ? items.filter(isJsonObject) : this.#unreadable(what, answer);
  }

  async #answer(what: string, request: ApiRequest): Promise<ApiResponse | undefined> {
    return this.ask(request).catch((error: unknown) => {
      this.unseen.push({ what, reason: redactText(errorMessage(error)) });
      return undefined;
    });
  }

  #unreadable(what: string, answer: ApiResponse | undefined): undefined {
    if (answer !== undefined) this.unseen.push({ what, reason: redactText(statusMessage(answer)) });
  }
}
