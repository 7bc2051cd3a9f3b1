import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forwardToWorker } from "../../../src/cli/dev/forwardToWorker.ts";

let server: Server;
let seen: { url: string | undefined; headers: IncomingMessage["headers"]; body: string }[] = [];
let front: (request: Request) => Promise<Response>;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({ url: request.url, headers: request.headers, body });
    if (request.url === "/cut") return void response.socket?.destroy();
    response.writeHead(request.url === "/302" ? 302 : 200, {
      location: "https://example.com/",
      "x-from": "worker",
      connection: "keep-alive",
    });
    response.end("answer");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  front = forwardToWorker({ url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`) });
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

  it("answers 503 when the Worker does not answer", async () => {
    const answer = await call("/cut");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await answer.json()).toEqual({
      error: { code: "overloaded", message: "the Worker did not answer; try again" },
    });
  });
});
