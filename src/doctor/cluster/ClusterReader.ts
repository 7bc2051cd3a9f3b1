import {
  type ApiRequest,
  type ApiResponse,
  type KubernetesApi,
  statusMessage,
} from "../../kubernetes/KubernetesApi.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { OtherClock, Unseen } from "./ClusterView.ts";

/** Reads a cluster, and keeps account of what it was not let see and of the API server's clock. */
export class ClusterReader {
  readonly unseen: Unseen[] = [];
  readonly #api: KubernetesApi;
  readonly #now: () => number;
  #ahead: number | undefined;

  constructor(api: KubernetesApi, now: () => number) {
    this.#api = api;
    this.#now = now;
  }

  /** How far the API server's clock is ahead; undefined where none of its answers was dated. */
  get clock(): OtherClock | undefined {
    return this.#ahead === undefined ? undefined : { of: "API server", ahead: this.#ahead };
  }

  /** One call; rejects where there is no answer. */
  async ask(request: ApiRequest): Promise<ApiResponse> {
    const answer = await this.#api(request);
    if (answer.date !== undefined) this.#ahead = answer.date - this.#now();
    return answer;
  }

  /** An object; `missing` where there is none; undefined, and accounted for as `what`, where it cannot be seen. */
  async get(what: string, path: string): Promise<JsonObject | "missing" | undefined> {
    const answer = await this.#answer(what, { method: "GET", path });
    if (answer?.status === 404) return "missing";
    return answer?.status === 200 ? answer.body : this.#refused(what, answer);
  }

  /** The items of a collection; undefined, and accounted for, where they cannot be seen. */
  async list(what: string, path: string): Promise<JsonObject[] | undefined> {
    return this.#itemsOf(what, await this.#answer(what, { method: "GET", path }));
  }

  /** The same of a kind that a cluster need not have: none there is an empty list. */
  async listIfKnown(what: string, path: string): Promise<JsonObject[] | undefined> {
    const answer = await this.#answer(what, { method: "GET", path });
    return answer?.status === 404 ? [] : this.#itemsOf(what, answer);
  }

  /** Whether a user may do something (SubjectAccessReview); undefined, and accounted for, where that cannot be asked. */
  async isAllowed(what: string, user: string, resource: JsonObject): Promise<boolean | undefined> {
    const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    const body = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { user, groups: ["system:serviceaccounts", "system:authenticated"], resourceAttributes: resource },
    };
    const answer = await this.#answer(what, { method: "POST", path, body });
    const status = answer?.body.status;
    return answer?.status === 201 && isJsonObject(status) ? status.allowed === true : this.#refused(what, answer);
  }

  #itemsOf(what: string, answer: ApiResponse | undefined): JsonObject[] | undefined {
    const items = answer?.body.items;
    return answer?.status === 200 && Array.isArray(items) ? items.filter(isJsonObject) : this.#refused(what, answer);
  }

  async #answer(what: string, request: ApiRequest): Promise<ApiResponse | undefined> {
    return this.ask(request).catch((error: unknown) => {
      this.unseen.push({ what, why: errorMessage(error) });
      return undefined;
    });
  }

  #refused(what: string, answer: ApiResponse | undefined): undefined {
    if (answer !== undefined) this.unseen.push({ what, why: statusMessage(answer) });
  }
}
