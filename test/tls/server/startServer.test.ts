import { connect as connectH2 } from "node:http2";
import { Agent, request } from "node:https";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, type ServerOptions, startServer } from "../../../src/tls/server/startServer.ts";
import { eventually } from "../../run/eventually.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import { selfSignedPair } from "../selfSignedPair.ts";

let tls: { cert: string; key: string };
beforeAll(async () => {
  tls = await selfSignedPair();
});

const started: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop({ graceMs: 0 })));
});

async function start(fetch: ServerOptions["fetch"]): Promise<RunningServer> {
  const server = await startServer({ fetch, port: 0, hostname: "127.0.0.1", tls });
  started.push(server);
  return server;
}

interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly text: string;
}

function post(server: RunningServer, agent: Agent, path = "/", body = "{}"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: "127.0.0.1", servername: "localhost", port: server.port, agent, ca: tls.cert, method: "POST", path },
      (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode, connection: response.headers.connection, text }),
        );
      },
    );
    let connected = false;
    call.on("socket", (socket) => {
      if (call.reusedSocket) return;
      socket.once("secureConnect", () => {
        connected = true;
      });
    });
    call.on("error", (error) => reject(connected || call.reusedSocket ? error : new NeverConnectedError(error)));
    call.end(body);
  });
}

/** The connection was not established, so that the server never saw the call. */
class NeverConnectedError extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

function h2Call(session: ReturnType<typeof connectH2>): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":method": "POST", ":path": "/" });
    let text = "";
    stream.on("data", (chunk) => {
      text += chunk;
    });
    stream.on("end", () => resolve(text));
    stream.on("error", reject);
    stream.end("{}");
  });
}

const echo: ServerOptions["fetch"] = async (incoming) => new Response(await incoming.text());
const wait = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

describe("startServer", () => {
  it.each([
    ["h2 and http/1.1", ["h2", "http/1.1"], "h2"],
    ["http/1.1", ["http/1.1"], "http/1.1"],
  ])("selects a protocol by ALPN when a client offers %s", async (_name, offered, taken) => {
    const server = await start(echo);
    const socket = connectTls({
      host: "127.0.0.1",
      servername: "localhost",
      port: server.port,
      ca: tls.cert,
      ALPNProtocols: offered,
    });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    expect(socket.alpnProtocol).toBe(taken);
    socket.destroy();
  });

  it("answers over h2", async () => {
    const server = await start(echo);
    const session = connectH2(`https://localhost:${server.port}`, { ca: tls.cert });
    expect(await h2Call(session)).toBe("{}");
    session.close();
  });

  it("announces a keep-alive of 95 s, longer than the 90 s of the API server", async () => {
    const server = await start(echo);
    const socket = connectTls({
      host: "127.0.0.1",
      servername: "localhost",
      port: server.port,
      ca: tls.cert,
      ALPNProtocols: ["http/1.1"],
    });
    socket.write("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n");
    const text = await new Promise<string>((resolve) => socket.once("data", (data) => resolve(String(data))));
    expect(text).toMatch(/keep-alive: timeout=95/i);
    socket.destroy();
  });

  it("rejects with the system error when the port is in use", async () => {
    const server = await start(echo);
    await expect(startServer({ fetch: echo, port: server.port, hostname: "127.0.0.1" })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  it("answers an invalid request with the response of onBadRequest", async () => {
    const onBadRequest = (): Response => Response.json({ error: { code: "bad-request" } }, { status: 400 });
    const server = await startServer({ fetch: echo, port: 0, hostname: "127.0.0.1", onBadRequest });
    started.push(server);
    const socket = connect(server.port, "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nhost: a b\r\ncontent-length: 0\r\n\r\n");
    const text = await new Promise<string>((resolve) => socket.once("data", (data) => resolve(String(data))));
    expect(text).toMatch(/^HTTP\/1\.1 400 .*\{"error":\{"code":"bad-request"\}\}/s);
    socket.destroy();
  });

  it("reports a connection that ends in its handshake", async () => {
    const errors: unknown[] = [];
    const onTlsError = (error: Error): unknown => errors.push("code" in error ? error.code : error.message);
    const server = await startServer({ fetch: echo, port: 0, hostname: "127.0.0.1", tls, onTlsError });
    started.push(server);
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await eventually("the error", () => (errors.length > 0 ? true : undefined));
    expect(errors).toEqual(["ERR_SSL_HTTP_REQUEST"]);
    socket.destroy();
  });

  it("speaks plain HTTP without a certificate", async () => {
    const server = await startServer({ fetch: echo, port: 0, hostname: "127.0.0.1" });
    started.push(server);
    expect(await (await fetch(`http://127.0.0.1:${server.port}/`, { method: "POST", body: "x" })).text()).toBe("x");
  });
});

describe("RunningServer.stop", () => {
  it.each(["http/1.1", "h2"])("finishes open calls over %s, and closes idle connections", async (protocol) => {
    const taken = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const server = await start(async () => {
      taken.resolve();
      await finish.promise;
      return new Response("done");
    });
    const agent = new Agent({ keepAlive: true });
    const session = protocol === "h2" ? connectH2(`https://localhost:${server.port}`, { ca: tls.cert }) : undefined;
    const idle = connectTls({
      host: "127.0.0.1",
      servername: "localhost",
      port: server.port,
      ca: tls.cert,
      ALPNProtocols: ["http/1.1"],
    });
    const idleClosed = new Promise((resolve) => idle.once("close", resolve));
    idle.resume();
    await new Promise((resolve) => idle.once("secureConnect", resolve));
    const answer = session === undefined ? post(server, agent).then(({ text }) => text) : h2Call(session);
    await taken.promise;
    const stopped = server.stop({ graceMs: patience(5_000) });
    await idleClosed;
    finish.resolve();
    expect(await answer).toBe("done");
    expect(await stopped).toBe(0);
    await expect(post(server, new Agent())).rejects.toBeInstanceOf(NeverConnectedError);
  });

  it("cuts off calls that exceed the grace time, and counts them", async () => {
    const taken = Promise.withResolvers<void>();
    const server = await start(() => {
      taken.resolve();
      return new Promise(() => undefined);
    });
    const answer = post(server, new Agent()).catch((error: unknown) => error);
    await taken.promise;
    expect(await server.stop({ graceMs: 50 })).toBe(1);
    expect(await answer).toBeInstanceOf(Error);
  });

  it("loses none of many calls that clients send on kept-alive connections during the stop", async () => {
    const server = await start(async (incoming) => {
      await wait(3);
      return new Response(await incoming.text());
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    let stopping = false;
    let answered = 0;
    let closing = 0;
    const failures: unknown[] = [];
    const client = async (): Promise<void> => {
      for (;;) {
        try {
          const { status, connection } = await post(server, agent);
          answered += status === 200 ? 1 : 0;
          closing += connection === "close" ? 1 : 0;
        } catch (error) {
          // Without a listener no connection is established, and its call never reached the server.
          if (stopping && error instanceof NeverConnectedError) return;
          failures.push(error);
          return;
        }
      }
    };
    const clients = Array.from({ length: 8 }, client);
    await eventually("calls to be answered", () => (failures.length > 0 || answered > 50 ? true : undefined));
    stopping = true;
    expect(await server.stop({ graceMs: patience(5_000), lameDuckMs: scaled(300) })).toBe(0);
    await Promise.all(clients);
    expect(failures).toEqual([]);
    expect(closing).toBeGreaterThan(0);
  });
});
