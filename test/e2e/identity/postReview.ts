import { randomUUID } from "node:crypto";
import { Agent, request } from "node:https";
import type { KeyPair } from "../../cluster/TestCa.ts";
import { patience } from "../../run/speedFactor.ts";

const SPEC = { containers: [{ name: "app", image: "registry.example.com/app:1" }] };
const OBJECTS = {
  Pod: { group: "", resource: "pods", spec: SPEC },
  Deployment: { group: "apps", resource: "deployments", spec: { template: { spec: SPEC } } },
};

/** Credentials of a caller that is not the API server. Default: none. */
export interface ReviewCaller {
  /** The trusted root, in PEM. */
  readonly ca: string;
  readonly token?: string;
  readonly certificate?: KeyPair;
  /** What the review is about. Default: a Pod. */
  readonly object?: keyof typeof OBJECTS;
}

const TIMEOUT_MS = patience(10_000);

/** Posts a review to a gate, as the API server would. Resolves to the status, and for 200 to whether the object was allowed. */
export function postReview(url: string, { ca, token, certificate, object = "Pod" }: ReviewCaller): Promise<string> {
  const body = JSON.stringify(reviewOf(object));
  const agent = new Agent({ keepAlive: false });
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        agent,
        method: "POST",
        ca,
        ...certificate,
        timeout: TIMEOUT_MS,
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
        });
        response.once("error", reject);
        response.once("end", () => {
          const { statusCode } = response;
          resolve(statusCode === 200 ? `200 ${JSON.parse(text).response.allowed}` : String(statusCode));
        });
      },
    );
    call.once("error", reject);
    call.once("timeout", () => call.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    call.end(body);
  });
}

function reviewOf(object: keyof typeof OBJECTS): object {
  const { group, resource: plural, spec } = OBJECTS[object];
  const kind = { group, version: "v1", kind: object };
  const resource = { group, version: "v1", resource: plural };
  const apiVersion = group === "" ? "v1" : `${group}/v1`;
  const metadata = { name: "stranger", namespace: "load" };
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: randomUUID(),
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      ...metadata,
      operation: "CREATE",
      userInfo: { username: "jane" },
      object: { apiVersion, kind: object, metadata, spec },
      oldObject: null,
      dryRun: true,
      options: null,
    },
  };
}
