import { expect, it } from "vitest";
import { askApiServer } from "../../../src/doctor/preflight/askApiServer.ts";
import type { ApiRequest, ApiResponse } from "../../../src/kubernetes/KubernetesApi.ts";

const QUESTION = {
  url: "https://gate.example.com",
  roots: undefined,
  now: Date.now,
  signal: new AbortController().signal,
};
const OK: ApiResponse = { status: 201, body: {} };
const refused = (webhook: string): ApiResponse => ({
  status: 500,
  body: {
    message: `failed calling webhook "${webhook}": failed to call webhook: the server has asked for the client to provide credentials`,
  },
});

/** An API server that refuses the dry run as the webhook does. `answers` replaces answers by method. */
function apiServer(answers: Partial<Record<ApiRequest["method"], () => ApiResponse>> = {}) {
  const requests: ApiRequest[] = [];
  let webhook = "";
  const api = async (request: ApiRequest): Promise<ApiResponse> => {
    requests.push(request);
    const isDryRun = request.path.includes("dryRun=All");
    if (!isDryRun && request.method === "POST")
      webhook = /"name":"(preflight-\w+\.postern\.dev)"/.exec(JSON.stringify(request.body))?.[1] ?? "";
    if (isDryRun) return refused(webhook);
    return answers[request.method]?.() ?? { ...OK, status: request.method === "DELETE" ? 200 : 201 };
  };
  return { api, requests };
}

it("askApiServer deletes what it made, and nothing else", async () => {
  const { api, requests } = apiServer();
  expect(await askApiServer(api, QUESTION)).toMatchObject({ result: "reached" });
  const [made, , deleted] = requests;
  expect(requests.map(({ method }) => method)).toEqual(["POST", "POST", "DELETE"]);
  const name = /"metadata":{"name":"(postern-preflight-\w+)"/.exec(JSON.stringify(made?.body))?.[1] ?? "none";
  expect(deleted?.path.endsWith(`/validatingwebhookconfigurations/${name}`)).toBe(true);
  // Only a ConfigMap with the label of this run is matched.
  expect(JSON.stringify(made?.body)).toContain('"objectSelector":{"matchLabels":{"postern.dev/preflight":"preflight-');
});

it("askApiServer deletes what may have been made when the answer is lost", async () => {
  const { api, requests } = apiServer({
    POST: () => {
      throw new Error("no answer");
    },
  });
  expect(await askApiServer(api, QUESTION)).toEqual({ result: "not-asked", message: "no answer" });
  expect(requests.map(({ method }) => method)).toEqual(["POST", "DELETE"]);
});

it("askApiServer makes nothing more when it may not register", async () => {
  const { api, requests } = apiServer({ POST: () => ({ status: 403, body: { message: "no rights" } }) });
  expect(await askApiServer(api, QUESTION)).toEqual({ result: "not-asked", message: "403 no rights" });
  expect(requests).toHaveLength(1);
});

it("askApiServer names the registration that it could not delete", async () => {
  const { api } = apiServer({ DELETE: () => ({ status: 403, body: { message: "no rights" } }) });
  expect((await askApiServer(api, QUESTION)).message).toMatch(
    /^the ValidatingWebhookConfiguration postern-preflight-\w+ could not be deleted \(403 no rights\): delete it\./,
  );
});

it("askApiServer ends at a signal, and deletes", async () => {
  const requests: string[] = [];
  const controller = new AbortController();
  const answer = await askApiServer(
    async ({ method, path }) => {
      requests.push(method);
      if (path.includes("dryRun=All")) controller.abort();
      return { status: method === "DELETE" ? 200 : 201, body: {} };
    },
    { ...QUESTION, signal: controller.signal },
  );
  expect(answer).toEqual({ result: "not-asked", message: "stopped by a signal" });
  expect(requests).toEqual(["POST", "POST", "DELETE"]);
});
