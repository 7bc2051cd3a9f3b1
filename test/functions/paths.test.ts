import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readReview } from "../fixtures/readReview.ts";
import { gateBundle } from "../run/gateBundle.ts";
import { FRAGMENT_PATH, invalidPaths, pathCases } from "./pathCases.ts";
import { JSON_HEADERS, type RuntimeCall } from "./Runtime.ts";
import { startLambda } from "./startLambda.ts";
import { startNode } from "./startNode.ts";
import { WorkerdServer } from "./WorkerdServer.ts";

const gate = fileURLToPath(new URL("../fixtures/gates/matrixGate.ts", import.meta.url));
const env = { POSTERN_BASE_PATH: "/hooks", POSTERN_ANNOUNCEMENT: "e30.e30.c2ln" };
const body = readReview("validate-v1-create-pods-2");

interface PlainRuntime {
  /** Sends the path as it is written: `fetch` would change it. */
  call(call: RuntimeCall): Promise<{ status: number; text: string }>;
  stop(): Promise<void>;
}

async function startWorkerd(): Promise<PlainRuntime> {
  const server = await WorkerdServer.start(await gateBundle("worker", gate), undefined, env);
  return {
    call: ({ method = "POST", path, headers = {}, body: sent = "" }) =>
      new Promise((resolve, reject) => {
        const call = request({ host: "127.0.0.1", port: server.port, method, path, headers }, (response) => {
          let text = "";
          response.on("data", (chunk) => {
            text += String(chunk);
          });
          response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        });
        call.on("error", reject);
        call.end(sent);
      }),
    stop: () => server.stop(),
  };
}

const runtimes: readonly [name: string, start: () => Promise<PlainRuntime>][] = [
  ["Node", () => startNode(gate, env)],
  ["workerd", startWorkerd],
  ["Lambda", () => startLambda("text")(gate, env)],
];

describe.each(runtimes)("a gate with the base path /hooks on %s", (name, start) => {
  let runtime: PlainRuntime;
  beforeAll(async () => {
    runtime = await start();
  });
  afterAll(() => runtime.stop());

  it.each(pathCases)("answers $status to POST $path", async ({ path, status, code }) => {
    const answer = await runtime.call({ path, headers: JSON_HEADERS, body });
    const { response, error } = JSON.parse(answer.text);
    expect({ status: answer.status, allowed: response?.allowed, code: error?.code }).toEqual({
      status,
      allowed: status === 200 ? false : undefined,
      code,
    });
  });

  it.each(invalidPaths)("answers 400 or 404 to POST %j", async (path) => {
    // Without a body: a server that refuses a request line closes the connection, and a body on its way would reset it.
    expect([400, 404]).toContain((await runtime.call({ path, headers: JSON_HEADERS })).status);
  });

  it("never reads the cluster from a fragment", async () => {
    const { status, text } = await runtime.call({ path: FRAGMENT_PATH, headers: JSON_HEADERS, body });
    expect(status).toBe(name === "workerd" ? 200 : 404);
    if (status === 200) expect(JSON.parse(text)).toMatchObject({ response: { allowed: true } });
  });

  it.each(["/healthz", "/readyz", "/openapi.json", "/.well-known/postern"])(
    "serves %s with and without the base path, and with no other spelling",
    async (path) => {
      const statusOf = async (spelled: string): Promise<number> =>
        (await runtime.call({ method: "GET", path: spelled })).status;
      for (const good of [path, `/hooks${path}`, `${path}/`]) expect([good, await statusOf(good)]).toEqual([good, 200]);
      for (const bad of [
        `/other${path}`,
        `/${path}`,
        `/hooks/hooks${path}`,
        `/x/..${path}`,
        `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`,
      ])
        expect([bad, await statusOf(bad)]).toEqual([bad, 404]);
    },
  );

  it.each(["/c/local/validate", "/hooks/c/local/validate", "/c/local/mutate"])(
    "states in a self-test at %s the URL with the base path",
    async (path) => {
      const review = JSON.parse(body);
      const self = {
        kind: { group: "", version: "v1", kind: "ConfigMap" },
        resource: { group: "", version: "v1", resource: "configmaps" },
        namespace: "postern-selftest",
        object: { metadata: { name: "n", annotations: { "postern.dev/nonce": "n-1" } } },
      };
      const answer = await runtime.call({
        path: `${path}?timeout=5s`,
        headers: JSON_HEADERS,
        body: JSON.stringify({ ...review, request: { ...review.request, ...self } }),
      });
      const { message } = JSON.parse(answer.text).response.status;
      const { url } = JSON.parse(message.slice(message.indexOf("{")));
      expect(url).toMatch(/^https:\/\/[^/]+\/hooks\/c\//);
      expect(new URL(url).pathname.replace("/hooks", "")).toBe(path.replace("/hooks", ""));
    },
  );
});
