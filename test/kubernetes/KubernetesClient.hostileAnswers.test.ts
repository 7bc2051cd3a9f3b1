import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubernetesClient } from "../../src/kubernetes/KubernetesClient.ts";
import { KubernetesError } from "../../src/kubernetes/KubernetesError.ts";
import { watchObjects } from "../../src/kubernetes/watchObjects.ts";
import { InputFolder } from "../cli/InputFolder.ts";
import { HostileServer } from "../http/HostileServer.ts";
import { HOSTILE_ANSWERS } from "../http/hostileAnswers.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";

let server: HostileServer;
let folder: InputFolder;
let client: KubernetesClient;
beforeAll(async () => {
  server = await HostileServer.start();
  folder = new InputFolder();
  const kubeconfig = folder.write(
    "config",
    JSON.stringify({
      clusters: [{ name: "c", cluster: { server: server.url, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: { token: "TOKEN-OF-THE-CLUSTER" } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    }),
  );
  client = await KubernetesClient.create({ kubeconfig }, 400);
});
afterAll(async () => {
  folder?.remove();
  await server?.stop();
});

describe("KubernetesClient settles, and closes its connection, when the API server answers with", () => {
  it.each(HOSTILE_ANSWERS)("%s", async (_, answer) => {
    server.answer = answer;
    const outcome = await client.ask({ method: "POST", path: "/apis/x", body: { a: "x".repeat(1_000_000) } }).then(
      ({ status }) => status,
      (error: unknown) => (error instanceof KubernetesError ? error.code : error),
    );
    expect(typeof outcome === "number" || outcome === "cluster-unreachable").toBe(true);
    await server.idle();
    // No redirect is followed: its target would be a second call.
    expect(server.requests.length).toBe(1);
    server.requests.length = 0;
  });
});

const WATCH = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
const event = (object: unknown, type = "ADDED"): string => `${JSON.stringify({ type, object })}\n`;
const NAMED = { metadata: { namespace: "n", name: "later", resourceVersion: "9" } };
const TRICKLE: readonly (readonly [string, string])[] = [
  [
    "events of no object",
    event({}) + event(null) + event("x") + event({ metadata: null }) + event({ metadata: { name: 5 } }),
  ],
  ["lines of no JSON", 'x\n{\n\n[]\nnull\n{"type":5}\n'],
  ["an event of an unknown type", event(NAMED, "OTHER").replace("later", "other")],
  ["an ERROR", event({ kind: "Status", code: 500, message: "x" }, "ERROR")],
  ["half an event", '{"type":"ADDED","object":{"metadata":{"name":"'],
];
const SLOW: readonly (readonly [string, string])[] = [["a byte at a time", ""]];

describe("watchObjects goes on with the next watch after", () => {
  const cases = [
    ...HOSTILE_ANSWERS.map(([name, answer]) => [name, answer] as const),
    ...TRICKLE.map(
      ([name, text]) =>
        [name, (socket: { write: (text: string) => unknown }) => void socket.write(WATCH + text)] as const,
    ),
    ...SLOW.map(
      ([name]) =>
        [
          name,
          (socket: { readonly destroyed: boolean; write: (text: string) => unknown }) => {
            socket.write(WATCH);
            const next = (): void => {
              if (socket.destroyed) return;
              socket.write("x");
              setTimeout(next, 20).unref();
            };
            next();
          },
        ] as const,
    ),
  ];
  it.each(cases)("%s", async (_, answer) => {
    const ended = new AbortController();
    const found: string[] = [];
    let calls = 0;
    server.answer = (socket, given) => {
      calls += 1;
      if (calls === 1) return answer(socket, given);
      socket.write(WATCH + event(NAMED));
    };
    const errors: string[] = [];
    watchObjects({
      kubeConfig: client.kubeConfig,
      path: "/apis/x",
      list: async () => ({ apiVersion: "v1", kind: "List", metadata: { resourceVersion: "1" }, items: [] }),
      onChange: ({ name }) => found.push(name),
      onError: (message) => errors.push(message),
      signal: ended.signal,
      idleMs: 300,
    });
    await eventually(
      "an event of the next watch",
      () => (found.includes("later") ? true : undefined),
      patience(20_000),
    );
    ended.abort();
    await server.idle();
    expect(errors.filter((message) => /TOKEN-OF|\n/.test(message))).toEqual([]);
    server.requests.length = 0;
  });
});
