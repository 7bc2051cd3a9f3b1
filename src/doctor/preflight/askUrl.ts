import { randomUUID } from "node:crypto";
import type { CallHttp, HttpAnswer } from "../../http/callHttp.ts";
import { gatePath } from "../../protocol/gateUrl.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { UrlAnswer, UrlAnswers } from "./PreflightView.ts";

/** Dependencies of {@link askUrl}. */
export interface AskUrlDeps {
  readonly now: () => number;
  readonly call: CallHttp;
  readonly cluster: string | undefined;
}

const TIMEOUT_MS = 6_000;
/** The longest answer of a gate is its OpenAPI document. */
const MAX_BYTES = 512 * 1024;
/** So many calls are timed. */
const CALLS = 5;

/** A cluster that no gate has. */
export function strangerName(): string {
  return `preflight-${randomUUID().slice(0, 8)}`;
}

/** Asks a URL what a gate answers. Sends no credential, and does not verify the certificate, which others judge. Never rejects. */
export async function askUrl(url: string, { now, call, cluster }: AskUrlDeps): Promise<UrlAnswers> {
  let aheadMs: number | undefined;
  const ask = async (path: string, body?: string): Promise<UrlAnswer> => {
    const how =
      body === undefined ? {} : { method: "POST" as const, body, headers: { "content-type": "application/json" } };
    try {
      const answer = await call({
        url: `${url}${path}`,
        ...how,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        ca: false,
      });
      const date = Date.parse(answer.header("date") ?? "");
      if (!Number.isNaN(date)) aheadMs = date - now();
      return answerOf(answer);
    } catch (error) {
      return { fault: errorMessage(error) };
    }
  };
  const judge = (name: string): Promise<UrlAnswer> => ask(`${gatePath(name, "validate")}?timeout=5s`, review());
  const stranger = await judge(strangerName());
  // What does not answer a call answers nothing else in time.
  if ("fault" in stranger)
    return {
      ready: stranger,
      openapi: stranger,
      announcement: stranger,
      stranger,
      cluster: undefined,
      latencies: [],
      aheadMs,
    };
  const latencies: number[] = [];
  // One after the other: each opens a connection, and none waits for another one.
  for (let count = 0; count < CALLS; count += 1) {
    const start = now();
    const answer = await ask("/healthz");
    if (!("fault" in answer)) latencies.push(now() - start);
  }
  const [ready, openapi, announcement, own] = await Promise.all([
    ask("/readyz"),
    ask("/openapi.json"),
    ask("/.well-known/postern"),
    cluster === undefined ? undefined : judge(cluster),
  ]);
  return { ready, openapi, announcement, stranger, cluster: own, latencies, aheadMs };
}

function answerOf({ status, text, header }: HttpAnswer): UrlAnswer {
  return { status, text, json: jsonOf(text), location: header("location") };
}

function jsonOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A review as a dry run sends it, of an object that no policy is for. */
function review(): string {
  const name = "postern-preflight";
  const kind = { group: "", version: "v1", kind: "ConfigMap" };
  const resource = { group: "", version: "v1", resource: "configmaps" };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: name } };
  const where = { kind, resource, requestKind: kind, requestResource: resource, name, namespace: name };
  const what = { operation: "CREATE", userInfo: { username: name, groups: [] }, object, oldObject: null, dryRun: true };
  const request = { uid: randomUUID(), ...where, ...what };
  return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request });
}
