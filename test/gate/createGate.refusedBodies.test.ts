import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { createGate } from "../../src/gate/createGate.ts";
import { jwt } from "../../src/identity/jwt/jwt.ts";
import { type RunningServer, startServer } from "../../src/tls/server/startServer.ts";

const IDENTITY = [{ tier: "jwt", issuer: "https://issuer.example.com", subjects: ["system:apiserver"] }] as const;
const HEAD = "POST /c/prod/validate HTTP/1.1\r\nHost: gate.example.com\r\nContent-Type: application/json\r\n";

let server: RunningServer;
const sockets: Socket[] = [];

beforeAll(async () => {
  const gate = defineGate({ policies: [], tiers: [jwt()], clusters: { prod: { identity: IDENTITY } } });
  const silent = (): void => {};
  const app = createGate(gate, { now: Date.now, log: { debug: silent, info: silent, warn: silent, error: silent } });
  server = await startServer({ fetch: (request) => app.fetch(request), port: 0, hostname: "127.0.0.1" });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server.stop({ graceMs: 0 });
});

/** A connection that collects what it receives. */
class Caller {
  received = "";
  readonly ended: Promise<unknown>;
  readonly #socket: Socket;

  constructor() {
    this.#socket = connect(server.port, "127.0.0.1");
    sockets.push(this.#socket);
    this.#socket.on("data", (chunk) => {
      this.received += chunk.toString("latin1");
    });
    this.ended = once(this.#socket, "close");
  }

  /** The number of answers with a status. */
  count(status: number): number {
    return this.received.split(`HTTP/1.1 ${status} `).length - 1;
  }

  async send(text: string, status: number, answers: number): Promise<void> {
    this.#socket.write(text);
    while (this.count(status) < answers) await once(this.#socket, "data");
  }
}

describe("the connection of a call that is refused before its body is read", () => {
  it.each([0, 1, 65_536])("stays open after a body of %i bytes", async (bytes) => {
    const caller = new Caller();
    const call = `${HEAD}Content-Length: ${bytes}\r\n\r\n${"x".repeat(bytes)}`;
    for (const answers of [1, 2, 3]) await caller.send(call, 401, answers);
    expect(caller.received).not.toMatch(/^connection: close/im);
  });

  it.each([
    ["a longer one", `Content-Length: 65537\r\n\r\n${"x".repeat(65_537)}`],
    ["one without a length", "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"],
    ["a longer one that never comes", "Content-Length: 9999999\r\n\r\n"],
  ])("ends after %s", async (_, rest) => {
    const caller = new Caller();
    await caller.send(`${HEAD}${rest}`, 401, 1);
    expect(caller.received).toMatch(/^connection: close/im);
    await caller.ended;
  });

  it("ends when a short body does not come soon, and the bytes that come late are no call", async () => {
    const caller = new Caller();
    await caller.send(`${HEAD}Content-Length: 1000\r\n\r\nx`, 401, 1);
    await caller.ended;
    expect(caller.count(401)).toBe(1);
  });

  it("takes no call from within a body that is discarded", async () => {
    const caller = new Caller();
    const inner = "GET /healthz HTTP/1.1\r\nHost: gate.example.com\r\n\r\n";
    await caller.send(`${HEAD}Content-Length: ${inner.length}\r\n\r\n${inner}`, 401, 1);
    await caller.send("GET /readyz HTTP/1.1\r\nHost: gate.example.com\r\n\r\n", 200, 1);
    expect(caller.received).toContain('"status":"ready"');
    expect(caller.received).not.toContain('"status":"ok"');
  });
});
