import type { JsonObject } from "../protocol/Json.ts";

/** A call to an API server. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With the query. */
  readonly path: string;
  /** Of a PATCH a list is a JSON Patch, and an object a server-side apply. */
  readonly body?: object;
}

/** What an API server answered. */
export interface ApiResponse {
  readonly status: number;
  /** Empty where the answer was no JSON object. */
  readonly body: JsonObject;
  /** When it was given, by the API server's clock: to the second, in milliseconds since 1970. */
  readonly date?: number;
}

/**
 * A way to one API server, within a time limit. Rejects where there is no answer.
 */
export type KubernetesApi = (request: ApiRequest) => Promise<ApiResponse>;

/** An API server's own words about what it refused. */
export function statusMessage({ status, body }: ApiResponse): string {
  const silence = status < 300 ? "and no answer that can be understood" : "";
  return `${status} ${typeof body.message === "string" ? body.message : silence}`.trim();
}
