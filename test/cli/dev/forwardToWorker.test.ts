import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forwardToWorker } from "../../../src/cli/dev/forwardToWorker.ts";

let server: Server;
let seen: {
  method?: string | undefined;
  url: string | undefined;
  headers: IncomingMessage["headers"];
  body: string;
}[] = [];
let front: (request: Request) => Promise<Response>;
let restarts = 0;
const never = Promise.withResolvers<void>();

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    if (request.url === "/cut" || (request.url === "/cut-once" && seen.length === 1))
      return void response.socket?.destroy();
    if (request.url?.startsWith("/never") === true) await never.promise;
    response.writeHead(request.url === "/302" ? 302 : 200, {
      location: "https://example.com/",
      "x-from": "worker",
      connection: "keep-alive",
    });
    response.end("answer");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  front = forwardToWorker({
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    restartIfBlocked: async () => {
      restarts += 1;
      never.resolve();
    },
  });
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const call = (path: string, init?: RequestInit) => {
  seen = [];
  return front(new Request(`https://localhost:8443${path}`, { method: "POST", body: "{}", ...init }));
};

describe("forwardToWorker", () => {
  it("forwards a request with its original URL", async () => {
    const answer = await call("/c/local/validate?timeout=5s", {
      headers: { "x-mine": "1", "keep-alive": "5", expect: "x" },
    });
    expect([answer.status, await answer.text(), answer.headers.get("x-from")]).toEqual([200, "answer", "worker"]);
    expect([...answer.headers.keys()]).not.toContain("connection");
    expect(seen).toMatchObject([
      {
        url: "/c/local/validate?timeout=5s",
        body: "{}",
        headers: { "x-mine": "1", "mf-original-url": "https://localhost:8443/c/local/validate?timeout=5s" },
      },
    ]);
    expect(seen[0]?.headers).not.toHaveProperty("expect");
  });

  it.each(["MF-CF-Blob", "mf-cf-blob", "Mf-Original-Url", "MF-DISABLE-PRETTY-ERROR", "mf-anything"])(
    "refuses %s",
    async (name) => {
      const answer = await call("/c/local/validate", { headers: { [name]: "{}" } });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toEqual({
        error: { code: "forbidden-header", message: "headers that begin with MF- are reserved for miniflare" },
      });
      expect(seen).toEqual([]);
    },
  );

  it.each(["/cdn-cgi/mf/reload", "/cdn-cgi/"])("answers 404 at %s", async (path) => {
    const answer = await call(path);
    expect([answer.status, await answer.json()]).toEqual([
      404,
      { error: { code: "not-found", message: "nothing is served at this path" } },
    ]);
    expect(seen).toEqual([]);
  });

  it("returns a redirect without following it", async () => {
    expect((await call("/302")).status).toBe(302);
  });

  it.each([
    "//192.0.2.1/",
    "//192.0.2.1:8080/c/local/validate?timeout=5s",
    "///192.0.2.1/",
    "/\\\\192.0.2.1/",
    "//user:password@192.0.2.1/",
    "//[::1]/",
  ])("forwards %s to the Worker and never to another host", async (path) => {
    const answer = await call(path);
    expect([answer.status, seen.length]).toEqual([200, 1]);
    expect(seen[0]?.url).toBe(path.replaceAll("\\", "/"));
  });

  it("forwards a method that a fetch cannot send as another wrong one", async () => {
    seen = [];
    const request = new Proxy(new Request("https://localhost:8443/healthz"), {
      // As the Node server has it: a real Request cannot have this method.
      get: (target, name) => (name === "method" ? "TRACE" : Reflect.get(target, name, target)),
    });
    expect([(await front(request)).status, seen.map(({ method }) => method)]).toEqual([200, ["OPTIONS"]]);
  });

  it("forwards a request for another host to the Worker", async () => {
    seen = [];
    const answer = await front(new Request("http://192.0.2.1:81/metadata"));
    expect([answer.status, seen[0]?.url, seen[0]?.headers["mf-original-url"]]).toEqual([
      200,
      "/metadata",
      "http://192.0.2.1:81/metadata",
    ]);
  });

  it.each<[what: string, bytes: number, status: number]>([
    ["forwards a body of 32 MiB", 32 * 1024 * 1024, 200],
    ["refuses a longer body", 32 * 1024 * 1024 + 1, 413],
  ])("%s", async (_what, bytes, status) => {
    const answer = await call("/c/local/validate", { body: new Uint8Array(bytes).fill(65) });
    expect([answer.status, seen.map(({ body }) => body.length)]).toEqual([status, status === 200 ? [bytes] : []]);
    if (status === 413)
      expect(await answer.json()).toEqual({
        error: { code: "body-too-large", message: "the body has more than 32 MiB" },
      });
  });

  it("calls again when the connection was cut, once", async () => {
    expect((await call("/cut-once")).status).toBe(200);
    expect(seen.length).toBe(2);
  });

  it("waits for a Worker that is started again", async () => {
    let port = 1;
    const target = {
      get url() {
        const url = new URL(`http://127.0.0.1:${port}/`);
        port = (server.address() as AddressInfo).port;
        return url;
      },
      restartIfBlocked: async () => undefined,
    };
    seen = [];
    const answer = await forwardToWorker(target)(new Request("https://localhost/healthz"));
    expect([answer.status, seen.length]).toEqual([200, 1]);
  });

  it("answers 503 after the caller's timeout, and restarts a Worker that is blocked", async () => {
    const answer = await call("/never?timeout=1s");
    expect([answer.status, restarts]).toEqual([503, 1]);
  });

  it("answers 503 when the Worker does not answer", async () => {
    const answer = await call("/cut");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await answer.json()).toEqual({
      error: { code: "overloaded", message: "the Worker did not answer; try again" },
    });
  });
});
