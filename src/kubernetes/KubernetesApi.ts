import type { JsonObject } from "../protocol/Json.ts";

/** A call to an API server. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path with its query. */
  readonly path: string;
  /** For a PATCH, an array is a JSON Patch and an object is a server-side apply. */
  readonly body?: object;
}

/** The answer of an API server. */
export interface ApiResponse {
  readonly status: number;
  /** Empty when the answer is not a JSON object. */
  readonly body: JsonObject;
  /** The Date header, by the API server's clock, to the second. In milliseconds since 1970. */
  readonly date?: number;
}

/** Sends a call to one API server, within a time limit. Rejects when there is no answer. */
export type KubernetesApi = (request: ApiRequest) => Promise<ApiResponse>;

/** The HTTP status and the message of an API server's answer, for one line of text. */
export function statusMessage({ status, body }: ApiResponse): string {
  const fallback = status < 300 ? "with a body that cannot be read" : "";
  return `${status} ${typeof body.message === "string" ? body.message : fallback}`.trim();
}
